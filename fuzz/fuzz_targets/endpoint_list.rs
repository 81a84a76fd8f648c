//! An endpoint list of any text: taken or refused with a reason.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tlstally::exchange::Catalog;

fuzz_target!(|text: &str| {
    match Catalog::from_json("list.json", text) {
        Ok(catalog) => {
            let _ = catalog.lookup([52, 98, 1, 2].into(), 587);
            let _ = catalog.lists().count();
        }
        Err(error) => drop(error.to_string()),
    }
});
