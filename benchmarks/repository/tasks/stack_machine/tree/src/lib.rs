//! Arithmetic in reverse Polish notation.

pub mod error;
pub mod machine;
pub mod token;

pub use error::Error;

/// The value of an expression such as `1 2 + 3 *`.
pub fn run(text: &str) -> Result<i64, Error> {
    let mut machine = machine::Machine::default();
    for word in text.split_whitespace() {
        machine.step(token::parse(word)?)?;
    }
    machine.result()
}
