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
                let (left, right) = self.pair(&sign.to_string())?;
                self.stack.push(apply(sign, left, right)?);
            }
            Token::Swap => {
                let (left, right) = self.pair("swap")?;
                self.stack.extend([right, left]);
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

    /// The two values on top, the lower one first.
    fn pair(&mut self, name: &str) -> Result<(i64, i64), Error> {
        if self.stack.len() < 2 {
            return Err(Error::TooFewValues(name.to_string()));
        }
        let tail = self.stack.split_off(self.stack.len() - 2);
        Ok((tail[0], tail[1]))
    }
}

fn apply(sign: char, left: i64, right: i64) -> Result<i64, Error> {
    Ok(match sign {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        _ if right == 0 => return Err(Error::DivisionByZero),
        _ => left / right,
    })
}
