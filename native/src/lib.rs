//! Says where in a git history wakeyscan must look for keys; Python says what is there.

#![forbid(unsafe_code)]

pub mod commit;
pub mod delta;
pub mod entry;
pub mod history;
pub mod ids;
pub mod listing;
pub mod objects;
pub mod pack;
#[cfg(feature = "python")]
mod python;
pub mod sieve;
pub mod tree;
pub mod tree_reader;
