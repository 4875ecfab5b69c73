//! Says where in a git history wakeyscan must look for keys; Python says what is there.

#![forbid(unsafe_code)]

pub mod beginnings;
pub mod commit;
pub mod delta;
pub mod entry;
pub mod evaluation;
pub mod forest;
pub mod history;
pub mod ids;
pub mod link_sets;
pub mod listing;
pub mod objects;
pub mod order;
pub mod pack;
#[cfg(feature = "python")]
mod python;
pub mod sieve;
pub mod tree;
pub mod tree_reader;
