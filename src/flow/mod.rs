//! From segments to two ordered byte streams per connection.
//!
//! A connection belongs to one worker for its whole life; nothing here locks. [`reassembly`] puts one direction in order,
//! [`connection`] knows the two directions of one connection, [`bursts`] counts who sent how much in turn, [`table`] holds all connections of a worker.

pub mod bursts;
pub mod connection;
pub mod key;
pub mod reassembly;
pub mod segment;
pub mod table;
mod trace;
pub mod wheel;

pub use bursts::Burst;
pub use connection::{Close, Connection, Ending, Flowed};
pub use key::{FlowKey, Way};
pub use segment::Segment;
pub use table::{Hint, Limits, Outlet, Over, Reason, Table};
