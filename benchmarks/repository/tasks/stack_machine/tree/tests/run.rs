use stack_machine::{run, Error};

#[test]
fn sums_and_products() {
    assert_eq!(run("1 2 + 3 *"), Ok(9));
}

#[test]
fn one_number() {
    assert_eq!(run("7"), Ok(7));
}

#[test]
fn subtraction() {
    assert_eq!(run("10 3 -"), Ok(7));
}

#[test]
fn division() {
    assert_eq!(run("8 2 /"), Ok(4));
    assert_eq!(run("1 0 /"), Err(Error::DivisionByZero));
}

#[test]
fn swap() {
    assert_eq!(run("3 10 swap -"), Ok(7));
}

#[test]
fn swap_of_a_sum() {
    assert_eq!(run("1 2 swap +"), Ok(3));
}

#[test]
fn too_few_values() {
    assert_eq!(run("1 +"), Err(Error::TooFewValues("+".to_string())));
    assert_eq!(run("swap"), Err(Error::TooFewValues("swap".to_string())));
}

#[test]
fn left_over() {
    assert_eq!(run("1 2"), Err(Error::Left(2)));
    assert_eq!(run(""), Err(Error::Left(0)));
}

#[test]
fn unknown_word() {
    assert_eq!(run("1 two +"), Err(Error::UnknownWord("two".to_string())));
}
