use crate::error::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    Number(i64),
    Operator(char),
    Swap,
}

pub fn parse(word: &str) -> Result<Token, Error> {
    match word {
        "+" | "-" | "*" | "/" => Ok(Token::Operator(word.chars().next().unwrap_or('+'))),
        "swap" => Ok(Token::Swap),
        _ => word.parse().map(Token::Number).map_err(|_| Error::UnknownWord(word.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(parse("-12"), Ok(Token::Number(-12)));
    }

    #[test]
    fn words() {
        assert_eq!(parse("swap"), Ok(Token::Swap));
        assert_eq!(parse("x"), Err(Error::UnknownWord("x".to_string())));
    }
}
