#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    UnknownWord(String),
    TooFewValues(String),
    DivisionByZero,
    /// So many values were left at the end, not one.
    Left(usize),
}
