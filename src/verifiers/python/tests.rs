use super::*;
#[test]
fn first() {
    let v = Python::default().checked().map(|_| ());
    assert_eq!(v, Ok(()));
}
