//! Run-length encoding of text without digits.

/// `aaab` becomes `3ab`; text with digits cannot be encoded.
pub fn encode(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_ascii_digit() {
            return None;
        }
        let mut count = 1;
        while letters.next_if_eq(&letter).is_some() {
            count += 1;
        }
        if count > 1 {
            out.push_str(&count.to_string());
        }
        out.push(letter);
    }
    Some(out)
}

/// What `encode` was given; `None` for what it never writes.
pub fn decode(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut count: Option<usize> = None;
    for letter in text.chars() {
        match letter.to_digit(10) {
            Some(digit) => count = Some(count.unwrap_or(0) * 10 + digit as usize),
            None => {
                let times = count.take().unwrap_or(1);
                if times == 0 {
                    return None;
                }
                out.extend(std::iter::repeat(letter).take(times));
            }
        }
    }
    match count {
        None => Some(out),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes() {
        assert_eq!(encode("aaabccd").as_deref(), Some("3ab2cd"));
        assert_eq!(encode("").as_deref(), Some(""));
    }

    #[test]
    fn digits_cannot_be_encoded() {
        assert_eq!(encode("a1"), None);
    }

    #[test]
    fn single_letters() {
        assert_eq!(decode("abc").as_deref(), Some("abc"));
    }

    #[test]
    fn several_runs() {
        assert_eq!(decode("3a2b").as_deref(), Some("aaabb"));
        assert_eq!(decode("2ab3c").as_deref(), Some("aabccc"));
    }

    #[test]
    fn large_counts() {
        assert_eq!(decode("12a").as_deref(), Some("aaaaaaaaaaaa"));
    }

    #[test]
    fn nonsense() {
        assert_eq!(decode("3"), None);
        assert_eq!(decode("0a"), None);
    }
}
