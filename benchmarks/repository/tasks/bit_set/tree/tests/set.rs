use bit_set::BitSet;

fn of(numbers: &[usize]) -> BitSet {
    let mut set = BitSet::new();
    for &number in numbers {
        set.insert(number);
    }
    set
}

#[test]
fn small_numbers() {
    let set = of(&[0, 5, 63]);
    assert!(set.contains(5) && set.contains(63));
    assert!(!set.contains(6));
}

#[test]
fn large_numbers_are_others() {
    let set = of(&[65]);
    assert!(set.contains(65));
    assert!(!set.contains(1));
}

#[test]
fn insert_tells_what_is_new() {
    let mut set = BitSet::new();
    assert!(set.insert(3));
    assert!(!set.insert(3));
}

#[test]
fn a_number_counts_once() {
    assert_eq!(of(&[3, 3, 70]).len(), 2);
    assert!(BitSet::new().is_empty());
}

#[test]
fn remove() {
    let mut set = of(&[3, 4]);
    assert!(set.remove(3));
    assert!(!set.remove(3));
    assert!(!set.remove(900));
    assert!(set.contains(4));
}

#[test]
fn rising_order() {
    assert_eq!(of(&[130, 2, 64, 1]).iter().collect::<Vec<_>>(), [1, 2, 64, 130]);
}
