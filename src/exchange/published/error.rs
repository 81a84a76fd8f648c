//! Why a text is no endpoint list, in words that say what it is instead.

use thiserror::Error;

use crate::exchange::listing::word;
use crate::session::Instance;

/// Why a text is no endpoint list.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CatalogError {
    /// Nothing but blanks.
    #[error("the endpoint list is empty")]
    Empty,
    /// More bytes or more ranges than any published list has.
    #[error(
        "the endpoint list is larger than any that Microsoft publishes ({size} {unit}, at most {most} are taken)"
    )]
    TooLarge {
        /// How many there are.
        size: usize,
        /// How many are taken.
        most: usize,
        /// Of what.
        unit: &'static str,
    },
    /// A web page: a proxy's answer, a sign-in page, the documentation.
    #[error(
        "this is a web page, not an endpoint list; fetch the address that `tlstally endpoints` prints"
    )]
    Html,
    /// The service's other form.
    #[error("this is the list in CSV form; fetch it without `Format=CSV`")]
    Csv,
    /// The service answered with an error, for instance for a missing ClientRequestId.
    #[error("this is an error answer of the web service, not a list: {message}")]
    ServiceError {
        /// What the service said.
        message: String,
    },
    /// A list of the MISP project.
    #[error(
        "this is a MISP warning list: it merges neighbours and services, so it cannot tell Exchange Online from the rest"
    )]
    MispList,
    /// The answer of the `version` method.
    #[error(
        "this is the answer of the web service's `version` method; the list itself is the `endpoints` method"
    )]
    VersionAnswer,
    /// No JSON.
    #[error("not JSON at line {line}, column {column}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// JSON of another shape.
    #[error("JSON, but no endpoint list: an array of records with `urls` and `ips` is expected")]
    Shape,
    /// An address range that cannot be read or is wider than any published.
    #[error("record {id}: `{value}` is no address range ({reason})")]
    Range {
        /// The record's id, or its position from 0 where it has none.
        id: u64,
        /// The text of it.
        value: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A list without addresses of Exchange Online.
    #[error(
        "the list holds no addresses of Exchange Online; was it fetched with `ServiceAreas=Exchange`?"
    )]
    NoExchange,
    /// The names in it belong to no cloud we know.
    #[error("the list's names do not tell which cloud it is for")]
    CloudUnknown,
    /// The names in it belong to several.
    #[error(
        "the list holds names of several clouds ({}, {}); give each cloud's list as a file of its own",
        word(*first),
        word(*second)
    )]
    SeveralClouds {
        /// One of them.
        first: Instance,
        /// Another.
        second: Instance,
    },
}
