//! What files of prompts are read as, and what is said about bad rows.

use super::*;

fn file(extra: &str, path: &std::path::Path) -> File {
    let text = format!("path = {:?}\n{extra}", path.display().to_string());
    toml::from_str(&text).expect("options")
}

/// Reads `content` as `kind` with the options `extra`; errors without the folder's name.
fn read_text(kind: Kind, content: &[u8], extra: &str) -> Result<Read, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gsm.jsonl");
    std::fs::write(&path, content).expect("written");
    read(kind, &file(extra, &path))
        .map_err(|error| error.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

fn ids(read: &Read) -> Vec<&str> {
    read.prompts.iter().map(|prompt| prompt.id.as_str()).collect()
}

#[test]
fn a_good_file() {
    let content = "\u{feff}{\"question\":\"1+1?\",\"answer\":\"steps\\n#### 1,002 \",\"difficulty\":3}\n\n  \n{\"question\":\"f?\",\"answer\":\"#### \",\"tests\":[{\"call\":{\"args\":[1],\"expected\":2}}],\"entry_point\":\"f\"}";
    let read = read_text(
        Kind::Jsonl,
        content.as_bytes(),
        "problem = \"question\"\nanswer_after = \"#### \"\nsource = \"gsm8k\"",
    )
    .expect("good");
    assert_eq!(ids(&read), ["gsm8k:0", "gsm8k:1"]);
    let [one, two] = read.prompts.as_slice() else { panic!("{read:?}") };
    assert_eq!(
        (one.problem.as_str(), one.answer.as_deref(), one.difficulty),
        ("1+1?", Some("1,002"), Some(3))
    );
    assert_eq!((one.domain.as_str(), one.source.as_str()), ("math", "gsm8k"));
    assert_eq!(two.answer, None);
    assert_eq!(two.tests, [TestCase::Call { args: vec![1.into()], expected: 2.into() }]);
    assert_eq!(two.entry_point.as_deref(), Some("f"));
}

#[test]
fn bad_rows_are_named() {
    let good = r#"{"problem":"a","answer":1}"#;
    for (row, options, expected) in [
        (
            "{\"problem\":\"a\",",
            "",
            "gsm.jsonl:2: the file's last line is cut off: it was not written to its end",
        ),
        ("{\"problem\":}\n", "", "gsm.jsonl:2: not valid JSON: expected value (column 12)"),
        ("[1]", "", "gsm.jsonl:2: not a JSON object"),
        (
            "{\"text\":\"a\",\"b\":1}",
            "",
            "gsm.jsonl:2: there is no column `problem`; the row has `text`, `b`",
        ),
        ("{\"problem\":7}", "", "gsm.jsonl:2: the column `problem` holds a number, not a text"),
        ("{\"problem\":\" \"}", "", "gsm.jsonl:2: the column `problem` is empty"),
        ("{\"problem\":null}", "", "gsm.jsonl:2: the column `problem` is empty"),
        (
            "{\"problem\":\"a\",\"answer\":[1]}",
            "",
            "gsm.jsonl:2: the column `answer` holds a list, not a text or a number",
        ),
        (
            "{\"problem\":\"a\"}",
            "answer_after = \"#\"",
            "gsm.jsonl:1: the column `answer` does not hold \"#\"",
        ),
        (
            "{\"problem\":\"a\"}",
            "answer = \"solution\"",
            "gsm.jsonl:1: there is no column `solution`; the row has `problem`, `answer`",
        ),
        (
            "{\"problem\":\"a\",\"answer\":1}",
            "id = \"answer\"",
            "gsm.jsonl:2: the id `1` stands in line 1 already",
        ),
        (
            "{\"problem\":\"a\",\"tests\":\"[\"}",
            "",
            "gsm.jsonl:2: the column `tests`: not the JSON of a list of tests: EOF while parsing a list at line 1 column 1",
        ),
        (
            "{\"problem\":\"a\",\"tests\":[{\"chek\":{}}]}",
            "",
            "gsm.jsonl:2: the column `tests`: test 0 is wrong: unknown variant `chek`, expected one of `check`, `asserts`, `stdio`, `call`",
        ),
        (
            "{\"problem\":\"a\",\"difficulty\":-1}",
            "",
            "gsm.jsonl:2: the column `difficulty` holds a number, not a whole number, 0 or more",
        ),
    ] {
        let content = format!("{good}\n{row}");
        assert_eq!(read_text(Kind::Jsonl, content.as_bytes(), options).expect_err("a bad row"), expected);
    }
    let bytes = [good.as_bytes(), b"\n{\"problem\":\"\xff\"}\n"].concat();
    let error = read_text(Kind::Jsonl, &bytes, "").expect_err("bytes");
    assert_eq!(error, "gsm.jsonl:2: not UTF-8 from byte 13 of the line on");
}

#[test]
fn skipped_rows_leave_the_ids_of_the_others_alone() {
    let content = "{\"problem\":\"a\"}\n\nno\n{\"problem\":\"c\"}\n{\"problem\":\"d\"";
    let read = read_text(Kind::Jsonl, content.as_bytes(), "on_error = \"skip\"").expect("two good rows");
    assert_eq!(ids(&read), ["gsm:0", "gsm:2"]);
    assert_eq!(read.skipped.iter().map(|skipped| skipped.line).collect::<Vec<_>>(), [3, 5]);
    let limited =
        read_text(Kind::Jsonl, content.as_bytes(), "on_error = \"skip\"\nlimit = 2").expect("one good row");
    assert_eq!((ids(&limited), limited.skipped.len()), (vec!["gsm:0"], 1));
}

#[test]
fn a_file_without_prompts_is_an_error() {
    assert_eq!(
        read_text(Kind::Jsonl, b"\n", "").expect_err("empty"),
        "gsm.jsonl: there is no prompt in the file"
    );
    assert!(read_text(Kind::Jsonl, b"1\n2\n", "on_error = \"skip\"").is_err());
    assert!(read_text(Kind::Parquet, b"PAR1 half a file", "").is_err());
    let missing = read(Kind::Csv, &file("", std::path::Path::new("not/there.csv"))).expect_err("missing");
    assert_eq!(missing.kind(), crate::error::ErrorKind::Config);
    assert!(missing.to_string().starts_with("not/there.csv: cannot open"), "{missing}");
}

#[test]
fn csv_rows() {
    let content = "\u{feff}problem,answer,tests\n\"two\nlines, one \"\"cell\"\"\",4,\nb,,\"[{\"\"stdio\"\":{\"\"input\"\":\"\"1\"\",\"\"output\"\":\"\"2\"\"}}]\"\nshort\nlast,5,\n";
    let read = read_text(Kind::Csv, content.as_bytes(), "on_error = \"skip\"\nsource = \"s\"").expect("good");
    assert_eq!(ids(&read), ["s:0", "s:1", "s:3"]);
    assert_eq!(read.prompts[0].problem, "two\nlines, one \"cell\"");
    assert_eq!((read.prompts[0].answer.as_deref(), read.prompts[1].answer.as_deref()), (Some("4"), None));
    assert_eq!(read.prompts[1].tests.len(), 1);
    assert_eq!(read.skipped, [Skipped { line: 5, why: "the row has 1 cells, the header has 3".to_owned() }]);
    let error = read_text(Kind::Csv, b"problem\n\"a\xff\"\n", "").expect_err("bytes");
    assert_eq!(error, "gsm.jsonl:2: the column `problem` is not UTF-8");
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(0u8..=255, 0..200), kind in 0..3usize) {
        let kind = [Kind::Jsonl, Kind::Csv, Kind::Parquet][kind];
        let _ = read_text(kind, &bytes, "on_error = \"skip\"");
    }
}
