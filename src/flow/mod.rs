//! From segments to two ordered byte streams per connection.
//!
//! A connection belongs to one worker for its whole life; nothing here locks. [`reassembly`] puts one direction in
//! order, [`connection`] knows the two directions of one connection, [`turns`] tells who sent how much in answer to
//! what, [`tail`] with it how the connection ends, `settled` is what is left of one that has told everything else.
//! [`table`] holds all connections of a worker: in `slots`, for as long as [`limits`] say, by the deadlines of a
//! [`wheel`], until they go to an [`outlet`]; beside one there may be a `successor` to it, as long as it is not known
//! whether it is one. What all of them hold is bounded by `held`. `seq` compares sequence numbers, `client` knows which
//! end is the client.

mod client;
pub mod connection;
mod held;
pub mod key;
pub mod limits;
pub mod outlet;
pub mod reassembly;
pub mod segment;
mod seq;
mod settled;
mod slots;
mod successor;
pub mod table;
pub mod tail;
mod trace;
pub mod turns;
pub mod wheel;

pub use connection::{Close, Connection, Ending};
pub use key::{FlowKey, Way};
pub use limits::Limits;
pub use outlet::{Outlet, Over, Reason};
pub use segment::Segment;
pub use slots::Hint;
pub use table::Table;
pub use tail::Tail;
pub use turns::{Burst, Flowed};
