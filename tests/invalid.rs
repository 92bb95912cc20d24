//! Bad pipelines: one mistake a file under `tests/pipelines/invalid/`, named after it. What a person is
//! shown for each is kept beside it and compared.

use std::path::{Path, PathBuf};

use datagen::config;

const FOLDER: &str = "tests/pipelines/invalid";

fn pipelines() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(FOLDER)
        .expect("the folder of invalid pipelines")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    found.sort();
    found
}

fn compare(name: &str, shown: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("pipelines/invalid");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

fn overrides(text: &str) -> Vec<String> {
    // A first line `#--set key=value` stands for the option on the command line.
    text.lines().filter_map(|line| line.strip_prefix("#--set ")).map(str::to_owned).collect()
}

#[test]
fn every_mistake_is_shown_where_it_is() {
    let pipelines = pipelines();
    assert!(pipelines.len() >= 20, "only {} invalid pipelines", pipelines.len());
    let mut miscounted = Vec::new();
    for path in pipelines {
        let text = std::fs::read(&path).expect("an invalid pipeline");
        let overrides = overrides(&String::from_utf8_lossy(&text));
        let mistakes = match config::load(&path, &overrides) {
            Ok(_) => panic!("{} is valid", path.display()),
            Err(mistakes) => mistakes,
        };
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        compare(&name, &mistakes.to_string());
        // `many_…` and the empty file have several; every other file has the one that it is named after.
        let several = name.starts_with("many_") || name == "empty_file";
        if several != (mistakes.list().len() > 1) {
            miscounted.push(format!("{name} shows {}", mistakes.list().len()));
        }
    }
    assert!(miscounted.is_empty(), "{miscounted:?}");
}

#[test]
fn a_file_that_is_not_there() {
    let error = config::load(Path::new("tests/pipelines/invalid/not_there"), &[]).expect_err("no such file");
    assert!(error.to_string().contains("tests/pipelines/invalid/not_there: cannot read"), "{error}");
}
