//! Files of both forms, read twice.

use super::*;

fn columns() -> Columns {
    Columns { text: "text".to_owned(), id: "id".to_owned(), score: None }
}

#[test]
fn lines_are_found_again_whatever_lies_between_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jsonl");
    let long = "x".repeat(100_000);
    let mut text = String::from("\u{feff}");
    for n in 0..300 {
        text += &format!("{{\"text\":\"{n} {long}\\n\\\"é\",\"id\":{n}}}\n");
        match n % 3 {
            0 => text += "\r\n  \n",
            1 => text += "not JSON\n[1]\n",
            _ => {}
        }
    }
    std::fs::write(&path, text).expect("written");
    let mut input = Input::open(&path).expect("open");
    let (mut seen, mut bad) = (Vec::new(), 0);
    input
        .read(&columns(), || (), |(), text| text.to_owned(), &|_| "bad".to_owned(), &mut |row| {
            match row {
                Ok(row) => seen.push(row.text.expect("a text")),
                Err(_) => bad += 1,
            }
            Ok(())
        })
        .expect("readable");
    assert_eq!((seen.len(), bad, input.rows()), (300, 200, 300));
    assert_eq!((input.line(0), input.line(1), input.line(2)), (1, 4, 7));
    let wanted: Vec<u32> = (0..300).filter(|n| n % 7 == 3 || n % 11 < 2).collect();
    let mut again = Vec::new();
    input
        .texts(&columns(), &wanted, &mut |row, text| {
            again.push((row, text.to_owned()));
            Ok(())
        })
        .expect("readable");
    let expected: Vec<_> = wanted.iter().map(|&row| (row, seen[row as usize].clone())).collect();
    assert!(again == expected);
    assert!(expected[0].1.ends_with("\n\"é"));
}
