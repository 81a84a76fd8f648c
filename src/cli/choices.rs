//! Closed sets of the stages as values of options: their words are the contract's, the help is said here.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::tally::history::By;
use crate::tally::{GroupBy, To};

impl ValueEnum for To {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::ExchangeOnline => "Exchange Online only",
            Self::Any => "Every mail server",
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

impl ValueEnum for GroupBy {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Address => "Nothing: each address is a host",
            Self::Mac => "A MAC address that is no gateway's",
            Self::Name => "A name given in EHLO or HELO",
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

impl ValueEnum for By {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Day => "Days",
            Self::Host => "Hosts",
            Self::Endpoint => "What servers are for",
            Self::Client => "The software of clients",
            Self::Sensor => "Who saw it",
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}
