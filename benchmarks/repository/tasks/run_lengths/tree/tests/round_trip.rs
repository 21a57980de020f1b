use run_lengths::{decode, encode};

#[test]
fn round_trip() {
    for text in ["", "a", "aab", "zzzzzzzzzzzzzzzz", "äöö  x"] {
        assert_eq!(encode(text).and_then(|coded| decode(&coded)).as_deref(), Some(text));
    }
}
