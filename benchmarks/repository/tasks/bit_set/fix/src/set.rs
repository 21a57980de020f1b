use crate::words::{place, BITS};

/// A set of numbers, one bit each.
#[derive(Debug, Default, Clone)]
pub struct BitSet {
    words: Vec<u64>,
}

impl BitSet {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a number; whether it is new.
    pub fn insert(&mut self, number: usize) -> bool {
        let (word, mask) = place(number);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let new = self.words[word] & mask == 0;
        self.words[word] |= mask;
        new
    }

    /// Takes a number out; whether it was there.
    pub fn remove(&mut self, number: usize) -> bool {
        let there = self.contains(number);
        if there {
            let (word, mask) = place(number);
            self.words[word] &= !mask;
        }
        there
    }

    pub fn contains(&self, number: usize) -> bool {
        let (word, mask) = place(number);
        self.words.get(word).map_or(false, |bits| bits & mask != 0)
    }

    pub fn len(&self) -> usize {
        self.words.iter().map(|bits| bits.count_ones() as usize).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers in rising order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.words.len() * BITS).filter(|&number| self.contains(number))
    }
}
