//! Every form of the report, read by eye (snapshots) and by what must never happen.

use super::{Style, csv, json, sample, table};
use crate::session::text::is_hazardous;
use crate::tally::Report;

fn plain(report: &Report, width: Option<usize>) -> String {
    table::render(
        report,
        Style {
            colour: false,
            width,
        },
    )
}

macro_rules! looks {
    ($($name:ident: $shown:expr;)+) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), $shown);
        })+
    };
}

looks! {
    table_80: plain(&sample::site(), Some(80));
    table_100: plain(&sample::site(), Some(100));
    table_120: plain(&sample::site(), Some(120));
    table_160: plain(&sample::site(), Some(160));
    table_without_a_terminal: plain(&sample::site(), None);
    table_modern: plain(&sample::modern(), Some(100));
    table_silent: plain(&sample::silent(), Some(80));
    table_troubled: plain(&sample::troubled(), Some(100));
    table_in_colour: table::render(&sample::modern(), Style { colour: true, width: Some(80) });
    report_csv: csv::render(&sample::site());
    report_csv_without_hosts: csv::render(&sample::silent());
    report_json: json::render(&sample::site()).unwrap();
}
