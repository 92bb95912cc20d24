//! Where the answer is found, and where there is none.

use super::*;

fn found(text: &str) -> Result<(String, Extractor), Missing> {
    let is_answer = |text: &str| !text.contains(' ') || text.starts_with('$');
    extract(text, &Extractor::ALL, false, is_answer).map(|found| (found.text, found.by))
}

#[test]
fn the_surest_place_wins() {
    use Extractor::{Boxed, Display, Formula, Hashes, Number, Statement, Whole};
    for (text, expected, by) in [
        (r"So $x = 3$. The answer is 4. \boxed{5}", "5", Boxed),
        (r"\boxed{1} and \boxed{2}", "1, 2", Boxed),
        ("The answer is 4. We are done.", "4", Statement),
        ("2+2=4\n#### 4", "4", Hashes),
        ("42", "42", Whole),
        (r"so \[ x = 5 \] as claimed here", " x = 5 ", Display),
        ("We find that $x < 3$ holds.", "$x < 3$", Formula),
        ("She has 7 apples left.", "7", Number),
    ] {
        assert_eq!(found(text), Ok((expected.to_owned(), by)), "{text}");
    }
}

#[test]
fn a_box_that_is_cut_off_hides_all_others() {
    assert_eq!(found(r"The answer is 4. \boxed{4} then \boxed{4"), Err(Missing::Unclosed));
    assert_eq!(found(r"The answer is 4. \boxed{}"), Err(Missing::EmptyBox));
    assert_eq!(found("nothing at all here"), Err(Missing::Nothing));
}

#[test]
fn letters_table() {
    for (text, expected) in [
        ("A. Because B is not valid", Some("A")),
        ("Because B is valid", Some("B")),
        ("(C) it is", Some("C")),
        ("A cat sat", None),
        ("choose A", Some("A")),
        ("either A or D", None),
        ("I think C is right, as B is too big", Some("C")),
        ("Option C is correct because A is wrong.", Some("C")),
        ("C is the right choice, not B.", Some("C")),
        ("Therefore B, rather than D.", Some("B")),
        ("The answer is not B.", None),
        ("So B. A common mistake is to choose A.", Some("B")),
        ("I'd say B; A is a distractor.", None),
        ("Therefore option D. (B would need x>0.)", Some("D")),
        ("Eliminating A and B leaves D, since C contradicts (2).", None),
        ("We have to choose C.", Some("C")),
        ("The answer is (B).", Some("B")),
        ("Answer: **D**", Some("D")),
        ("so $x=3$, which is B.", Some("B")),
        ("所以故选B。", Some("B")),
        ("The correct option is B because A is wrong", Some("B")),
        ("nothing", None),
    ] {
        assert_eq!(letter(text).map(|range| &text[range]), expected, "{text}");
    }
}
