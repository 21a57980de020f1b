//! Sets of small numbers.

mod set;
mod words;

pub use set::BitSet;
