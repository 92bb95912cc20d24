//! Datasets in files of their own making, mixed with a run of which only the facts are known.

use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::dedup::clusters::Rank;
use crate::dedup::running::{Place, Running};
use crate::dedup::{Dedup, Keep, Minhash};
use crate::prompts::contamination::Item;
use crate::run::funnel::Funnel;

fn write(path: &Path, rows: &[Value]) {
    let lines: Vec<String> = rows.iter().map(Value::to_string).collect();
    std::fs::write(path, lines.join("\n")).expect("written");
}

fn chat(problem: &str, answer: &str) -> Value {
    json!({"messages": [{"role": "user", "content": problem}, {"role": "assistant", "content": answer}]})
}

fn rules(toml: &str) -> Vec<Mix> {
    #[derive(serde::Deserialize)]
    struct Rules {
        mix: Vec<Mix>,
    }
    toml::from_str::<Rules>(toml).expect("rules").mix
}

fn looked(benchmarks: Option<&Benchmarks>) -> Looked<'_> {
    Looked { seed: 42, benchmarks, completions: true }
}

/// [`choose`] beside a run with these examples: their problems and answers.
fn beside(
    dedup: &Dedup,
    examples: &[(&str, &str)],
    rules: &[Mix],
    datasets: &[Dataset],
    own: &Facts,
) -> Mixed {
    let folder = tempfile::tempdir().expect("a folder");
    let mut running = Running::new(dedup, folder.path());
    let mut marker = running.marker();
    let parts = |(problem, completion)| Parts { problem, completion, ..Parts::default() };
    let mut earlier = |number: u32, look: &mut dyn FnMut(&Parts<'_>)| {
        look(&parts(examples[number as usize]));
        Ok(())
    };
    for example in examples {
        let (parts, rank) = (parts(*example), Rank { bytes: example.1.len() as u32, score: None });
        let marks = marker.marks(&parts, rank);
        let place = running.add(&parts, &marks, false, &mut earlier).expect("room");
        assert!(matches!(place, Place::New(_)), "{place:?}");
    }
    let compared = Compared { running: &mut running, earlier: &mut earlier, folder: folder.path() };
    choose(rules, datasets, own, Some(compared)).expect("few")
}

/// `count` examples of a run, of two sources in turn.
fn own(count: u32) -> Facts {
    let mut facts = Facts::default();
    for at in 0..count {
        let source = if at % 2 == 0 { "even" } else { "odd" };
        facts.push(source, "math", Some(1.0), key(42, &format!("{source}:{at}"), 0));
    }
    facts
}

fn problems(mixed: &Mixed, datasets: &[Dataset]) -> Vec<String> {
    let mut all = Vec::new();
    let mut take = |examples: Vec<Example>| {
        all.extend(examples.into_iter().map(|example| example.prompt.problem.clone()));
        Ok(())
    };
    mixed.added(datasets, &mut take).expect("readable");
    all
}

#[test]
fn rows_are_added_in_order_without_what_repeats() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("general.jsonl");
    write(
        &path,
        &[
            chat("Who wrote it?", "A poet."),
            chat("who  wrote it?", "a POET."),
            chat("Is it accepted?", "Yes."),
            json!({"problem": "A train leaves the old station at seven and arrives at the new one at nine, how long was it on its way?", "solution": "Two hours."}),
            chat("Where?", "<think>\nhm\n</think>\n\nThere."),
        ],
    );
    let rules = rules(&format!("[[mix]]\nadd = {{ path = {:?} }}", path.display().to_string()));
    let item = Item {
        benchmark: "b".to_owned(),
        row: 1,
        text: "A train leaves the old station at seven and arrives at the new one at nine, how long was it on its way?".to_owned(),
    };
    let benchmarks = Benchmarks::new(vec![item]);
    let datasets = read(&rules, &looked(Some(&benchmarks))).expect("readable");
    assert_eq!((datasets[0].rows(), datasets[0].evidence.len()), (5, 1));
    assert_eq!(datasets[0].evidence[0].prompt_id, "mix0/general:3");

    let accepted = [("Is it accepted?", "Yes.")];
    let mixed = beside(&Dedup::default(), &accepted, &rules, &datasets, &own(6));
    assert_eq!(problems(&mixed, &datasets), ["Who wrote it?", "Where?"]);
    assert_eq!(mixed.counts(&datasets), [("general".to_owned(), 5, 2)]);
    let funnel = Funnel { stages: mixed.stages };
    assert_eq!(funnel.check(), Ok(()));
    let [mix, added] = &funnel.stages[..] else { panic!("two stages: {funnel:?}") };
    assert_eq!((mix.input, mix.kept, added.input, added.kept), (6, 6, 5, 2));
    let dropped: Vec<_> = added.dropped.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
    assert_eq!(dropped, [("dedup.exact", 2), ("mix.contaminated", 1)]);

    // Where equal examples are wanted, all but the benchmark's come.
    let datasets = read(&rules, &looked(Some(&benchmarks))).expect("readable");
    let mixed = choose(&rules, &datasets, &own(6), None).expect("few");
    assert_eq!(problems(&mixed, &datasets).len(), 4);
}

/// Rows are compared with the run's examples and with each other, of two files too; none takes an example's place, though
/// the rule would have the shorter one.
#[test]
fn near_duplicates_among_added_rows_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = |from: usize| (from..from + 60).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
    let row = |problem: &str, solution: String| json!({"problem": problem, "solution": solution});
    let first =
        [row("a", long(0)), row("b", long(100)), row("c", format!("{} end", long(100))), row("d", long(200))];
    let second =
        [row("e", format!("{} end", long(200))), row("f", long(300)), row("d", long(200).to_uppercase())];
    write(&folder.path().join("1.jsonl"), &first);
    write(&folder.path().join("2.jsonl"), &second);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (one, two) = (path("1.jsonl"), path("2.jsonl"));
    let rules = rules(&format!("[[mix]]\nadd = {{ path = {one:?} }}\n[[mix]]\nadd = {{ path = {two:?} }}"));
    let datasets = read(&rules, &looked(None)).expect("readable");
    let example = format!("{} end of it", long(0));
    let dedup = Dedup { keep: Keep::Shortest, minhash: Some(Minhash::default()), ..Dedup::default() };
    let mixed = beside(&dedup, &[("x", &example)], &rules, &datasets, &own(1));
    assert_eq!(problems(&mixed, &datasets), ["b", "d", "f"]);
    let added = &mixed.stages[1];
    assert_eq!((added.input, added.kept), (7, 3));
    assert_eq!((added.dropped["dedup.near"], added.dropped["dedup.exact"]), (3, 1));
    // Without near dedup only the equal one goes, without any dedup none.
    let mixed = beside(&Dedup::default(), &[("x", &example)], &rules, &datasets, &own(1));
    assert_eq!(problems(&mixed, &datasets), ["a", "b", "c", "d", "e", "f"]);
    let mixed = beside(&Dedup { exact: false, ..Dedup::default() }, &[], &rules, &datasets, &own(1));
    assert_eq!(problems(&mixed, &datasets).len(), 7);
}

#[test]
fn caps_and_limits_choose_among_what_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, rows) in [("a", 40), ("b", 30)] {
        let rows: Vec<Value> = (0..rows)
            .map(|at| json!({"problem": format!("{name} {at}?"), "solution": format!("It is {at}."), "domain": "talk"}))
            .collect();
        write(&folder.path().join(format!("{name}.jsonl")), &rows);
    }
    let path = |name: &str| folder.path().join(name).display().to_string();
    let text = format!(
        "[[mix]]\ncap = {{ examples = 5, each = \"source\" }}\n[[mix]]\nadd = {{ path = {:?}, examples = 12 }}\n\
         [[mix]]\nadd = {{ path = {:?} }}\n[[mix]]\ncap = {{ of = {{ source = \"b\" }}, examples = 7 }}",
        path("a.jsonl"),
        path("b.jsonl")
    );
    let rules = rules(&text);
    let datasets = read(&rules, &looked(None)).expect("readable");
    let mixed = beside(&Dedup::default(), &[], &rules, &datasets, &own(20));
    assert_eq!(mixed.own.iter().filter(|gone| gone.is_none()).count(), 10);
    assert!(mixed.own.iter().flatten().all(|reason| *reason == "mix.cap"));
    let added = problems(&mixed, &datasets);
    let of = |name: &str| added.iter().filter(|problem| problem.starts_with(name)).count();
    assert_eq!((of("a "), of("b ")), (12, 7));
    let numbers: Vec<u32> =
        added.iter().take(12).map(|p| p[2..p.len() - 1].parse().expect("a number")).collect();
    assert!(numbers.is_sorted(), "in the file's order: {numbers:?}");
    assert!(numbers != (0..12).collect::<Vec<u32>>(), "not simply the first ones");
    let stage = &mixed.stages[1];
    assert_eq!((stage.input, stage.kept), (70, 19));
    assert_eq!((stage.dropped["mix.add"], stage.dropped["mix.cap"]), (28, 23));

    // The same again, and on one thread.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let again = pool.install(|| {
        let datasets = read(&rules, &looked(None)).expect("readable");
        problems(&beside(&Dedup::default(), &[], &rules, &datasets, &own(20)), &datasets)
    });
    assert_eq!(again, added);

    // A file that changes meanwhile is told.
    write(&folder.path().join("a.jsonl"), &[chat("Hi?", "Hello.")]);
    let error = mixed.added(&datasets, &mut |_| Ok(())).expect_err("it is another file");
    assert!(error.to_string().contains("a.jsonl"), "{error}");
}

#[test]
fn rows_that_are_no_examples_are_told_or_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.jsonl");
    let lines = format!("{}\n{{\"text\": 1}}\nnot JSON\n{}", chat("A?", "B."), chat("C?", "D."));
    std::fs::write(&path, lines).expect("written");
    let read = |more: &str| {
        let text = format!("[[mix]]\nadd = {{ path = {:?}{more} }}", path.display().to_string());
        super::read(&rules(&text), &looked(None))
    };
    let error = read("").err().expect("the second row is no example");
    assert!(error.to_string().contains("rows.jsonl:2: there is neither a chat"), "{error}");
    assert!(error.remedy().is_some_and(|help| help.contains("on_error")));
    let datasets = read(", on_error = \"skip\"").expect("two rows are good");
    assert_eq!((datasets[0].rows(), datasets[0].unreadable), (2, 2));
    assert_eq!(datasets[0].to_string(), format!("2 rows of {}; 2 more are no examples", path.display()));
    let one =
        rules(&format!("[[mix]]\nadd = {{ path = {:?}, on_error = \"skip\" }}", path.display().to_string()));
    let mixed = choose(&one, &datasets, &own(0), None).expect("few");
    assert_eq!(problems(&mixed, &datasets), ["A?", "C?"]);
    assert_eq!(mixed.stages[1].errored["mix.unreadable"], 2);
    std::fs::write(&path, "{\"text\": 1}\n").expect("written");
    let error = read(", on_error = \"skip\"").err().expect("nothing is left");
    assert!(error.to_string().contains("no row of the dataset is an example"), "{error}");
}

#[test]
fn without_rules_there_is_no_stage() {
    let mixed = choose(&[], &[], &Facts::default(), None).expect("nothing");
    assert!(mixed.stages.is_empty() && mixed.own.is_empty());
}

#[test]
fn a_folder_and_a_parquet_file_of_our_own() {
    use crate::corpus::{Card, Options, View, Writer};
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.jsonl");
    write(&path, &[chat("A?", "<think>\nb\n</think>\n\nC."), chat("D?", "E.")]);
    let text =
        |path: &Path| format!("[[mix]]\nadd = {{ path = {:?}, source = \"s\" }}", path.display().to_string());
    let first = rules(&text(&path));
    let datasets = read(&first, &looked(None)).expect("readable");
    let mixed = choose(&first, &datasets, &Facts::default(), None).expect("few");
    // Written as a corpus, and that corpus added again.
    let corpus = folder.path().join("corpus");
    let options = Options { views: vec![View::Messages], ..Options::default() };
    let mut writer = Writer::create(&corpus, &options).expect("a fresh folder");
    let mut before = Vec::new();
    mixed
        .added(&datasets, &mut |examples| {
            writer.added(&examples)?;
            before.extend(examples);
            Ok(())
        })
        .expect("written");
    assert_eq!(writer.finish(&Card::default()).expect("written").examples, 2);
    let second = rules(&text(&corpus.join("data")));
    let datasets = read(&second, &looked(None)).expect("readable");
    let mixed = choose(&second, &datasets, &Facts::default(), None).expect("few");
    let mut after = Vec::new();
    let mut take = |examples: Vec<Example>| {
        after.extend(examples);
        Ok(())
    };
    mixed.added(&datasets, &mut take).expect("readable");
    assert_eq!(after.len(), 2);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((&before.messages, &before.reasoning), (&after.messages, &after.reasoning));
        assert_eq!(
            (&before.prompt.problem, &before.prompt.source),
            (&after.prompt.problem, &after.prompt.source)
        );
        assert_eq!((before.num_tokens, before.pass_rate), (None, None));
        assert_eq!((after.num_tokens, after.pass_rate, after.seed), (None, None, None));
    }
}
