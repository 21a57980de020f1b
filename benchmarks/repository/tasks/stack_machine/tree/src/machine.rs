use crate::error::Error;
use crate::token::Token;

#[derive(Debug, Default)]
pub struct Machine {
    stack: Vec<i64>,
}

impl Machine {
    pub fn step(&mut self, token: Token) -> Result<(), Error> {
        match token {
            Token::Number(value) => self.stack.push(value),
            Token::Operator(sign) => {
                let left = self.stack.pop().unwrap();
                let right = self.stack.pop().unwrap();
                self.stack.push(apply(sign, left, right));
            }
            Token::Swap => {
                let top = self.stack.pop().unwrap();
                let below = self.stack.pop().unwrap();
                self.stack.extend([top, below]);
            }
        }
        Ok(())
    }

    pub fn result(&self) -> Result<i64, Error> {
        match self.stack[..] {
            [value] => Ok(value),
            _ => Err(Error::Left(self.stack.len())),
        }
    }
}

fn apply(sign: char, left: i64, right: i64) -> i64 {
    match sign {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        _ => left / right,
    }
}
