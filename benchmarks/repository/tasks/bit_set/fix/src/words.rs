/// How many bits a word has.
pub const BITS: usize = 64;

/// Word and mask of a number.
pub fn place(number: usize) -> (usize, u64) {
    (number / BITS, 1 << (number % BITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_word() {
        assert_eq!(place(0), (0, 1));
        assert_eq!(place(63), (0, 1 << 63));
    }

    #[test]
    fn later_words() {
        assert_eq!(place(64), (1, 1));
        assert_eq!(place(130), (2, 4));
    }
}
