//! How good the filters are, on real chains and on what is planted in them: prints the tables of
//! `docs/filters.md`. `cargo test --release --test filters_measured -- --ignored --nocapture`

use datagen::filters::{self, Filter};
use datagen::record::{Completion, Decision, FinishReason, Prompt};
use datagen::rng::Rng;
use serde_json::Value;
use std::path::PathBuf;

/// A real chain that is to be kept.
struct Chain {
    kind: &'static str,
    problem: String,
    text: String,
    domain: &'static str,
}

fn data(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path)
}

fn rows(path: &str) -> Vec<Value> {
    let Ok(text) = std::fs::read_to_string(data(path)) else { return Vec::new() };
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn text(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or_default().to_owned()
}

/// Real chains that are to be kept: human and model solutions, with LaTeX and code. What the model of words was
/// trained on is told apart from what it never saw.
fn chains() -> Vec<Chain> {
    let mut out = Vec::new();
    let mut add =
        |kind, problem: String, text: String, domain| out.push(Chain { kind, problem, text, domain });
    let math = rows("math_test/test.jsonl");
    for (parity, kind) in [(1, "MATH solutions"), (0, "MATH solutions, trained on")] {
        for row in math.iter().skip(parity).step_by(2) {
            add(kind, text(row, "problem"), text(row, "solution"), "math");
        }
    }
    for (file, kind) in
        [("gsm8k/test.jsonl", "GSM8K solutions"), ("gsm8k/train.jsonl", "GSM8K solutions, trained on")]
    {
        for row in rows(file) {
            add(kind, text(&row, "question"), text(&row, "answer"), "math");
        }
    }
    for row in rows("gsm8k/example_model_solutions.jsonl") {
        for value in row.as_object().into_iter().flat_map(serde_json::Map::values) {
            if let Some(solution) = value["solution"].as_str() {
                add("GSM8K model solutions", text(&row, "question"), solution.to_owned(), "math");
            }
        }
    }
    for (file, end) in [("gsm8k", "The answer is"), ("minerva_math", "I hope it is correct.")] {
        for row in rows(&format!("model_outputs/rho-math-7b_{file}.jsonl")) {
            // What was cut off at the limit of tokens is `truncated`'s.
            if text(&row, "completion").contains(end) {
                add("7B model outputs", text(&row, "problem"), text(&row, "completion"), "math");
            }
        }
    }
    for row in rows("code/mbpp_sanitized.jsonl") {
        let code =
            row.get("code").or(row.get("canonical_solution")).and_then(Value::as_str).unwrap_or_default();
        add(
            "MBPP programs",
            row.get("prompt").and_then(Value::as_str).unwrap_or_default().to_owned(),
            code.to_owned(),
            "code",
        );
    }
    for row in rows("code/codegen16b_humaneval_solutions.jsonl") {
        for program in row["samples"].as_array().into_iter().flatten() {
            add(
                "HumanEval model programs",
                text(&row, "prompt"),
                program.as_str().unwrap_or_default().to_owned(),
                "code",
            );
        }
    }
    for row in rows("mgsm_zh.jsonl") {
        let problem = row["messages"][0]["content"].as_str().unwrap_or_default().to_owned();
        add("Chinese problems", problem.clone(), problem, "math");
    }
    for sentence in std::fs::read_to_string(data("sentences/zh.txt")).unwrap_or_default().lines() {
        add("Chinese news", "请用中文回答。".to_owned(), sentence.to_owned(), "math");
    }
    out.retain(|chain| !chain.text.trim().is_empty());
    out
}

fn judge(filter: &dyn Filter, chain: &Chain, text: &str) -> filters::Judgement {
    let (prompt, completion) = asked(chain, text);
    filter.judge(&prompt, &completion)
}

/// The chain's prompt, and `text` as an answer to it.
fn asked(chain: &Chain, text: &str) -> (Prompt, Completion) {
    let prompt = Prompt {
        id: "m:0".to_owned(),
        source: "m".to_owned(),
        domain: chain.domain.to_owned(),
        problem: chain.problem.clone(),
        answer: None,
        entry_point: None,
        tests: Vec::new(),
        difficulty: None,
    };
    let completion = Completion {
        text: text.to_owned(),
        finish_reason: FinishReason::Stop,
        num_tokens: 100,
        prompt_tokens: 10,
    };
    (prompt, completion)
}

fn filter(toml: &str) -> Box<dyn Filter> {
    filters::build(&toml::from_str(toml).expect("options")).expect("in range")
}

fn detail(judgement: &filters::Judgement) -> Option<&str> {
    match &judgement.decision {
        Decision::Keep => None,
        Decision::Drop(reason) => Some(&reason.detail),
    }
}

/// What some filters drop of real chains, by kind of chain.
fn false_positives(tomls: &[&str], chains: &[Chain]) {
    let filters: Vec<Box<dyn Filter>> = tomls.iter().map(|toml| filter(toml)).collect();
    let mut kinds: Vec<&str> = chains.iter().map(|chain| chain.kind).collect();
    kinds.dedup();
    println!("\n{}: dropped of real chains", tomls.join(", "));
    for kind in kinds {
        let (mut all, mut dropped) = (0, 0);
        for chain in chains.iter().filter(|chain| chain.kind == kind) {
            all += 1;
            let judgements: Vec<_> =
                filters.iter().map(|filter| judge(&**filter, chain, &chain.text)).collect();
            if let Some(detail) = judgements.iter().find_map(detail) {
                dropped += 1;
                if dropped <= 6 || std::env::var_os("SHOW").is_some() {
                    println!("    {detail}");
                }
            }
        }
        println!("| {kind} | {dropped} of {all} | {:.2} % |", 100.0 * dropped as f64 / all as f64);
    }
}

const LATIN: &str = "de es fr it pt nl sv pl cs hu fi ro tr vi id";
const OTHER: &str = "zh ja ko ru uk bg ar fa he hi el th";

/// `words` words in a row of a sentence; characters where words are not separated.
fn fragment(sentence: &str, language: &str, words: usize, rng: &mut Rng) -> Option<String> {
    if matches!(language, "zh" | "ja" | "th") {
        // About two characters to a word, of Thai five.
        let chars: Vec<char> = sentence.chars().filter(|c| !c.is_ascii()).collect();
        let wanted = words * if language == "th" { 5 } else { 2 };
        let room = chars.len().checked_sub(wanted)? + 1;
        let at = rng.below(room as u64) as usize;
        return Some(chars[at..at + wanted].iter().collect());
    }
    let all: Vec<&str> =
        sentence.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).collect();
    let room = all.len().checked_sub(words)? + 1;
    let at = rng.below(room as u64) as usize;
    Some(all[at..at + words].join(" "))
}

/// Puts `planted` at a random space of `host`, or as a paragraph of its own at a random line break.
fn splice(host: &str, planted: &str, paragraph: bool, rng: &mut Rng) -> String {
    let at: Vec<usize> = host.match_indices(if paragraph { '\n' } else { ' ' }).map(|(at, _)| at).collect();
    let at = if at.is_empty() { host.len() } else { at[rng.below(at.len() as u64) as usize] };
    let (before, after) = host.split_at(at);
    if paragraph { format!("{before}\n\n{planted}\n\n{after}") } else { format!("{before} {planted}{after}") }
}

/// A share in %.
fn show(hit: u32, all: u32) -> String {
    if all == 0 { "–".to_owned() } else { format!("{:.1}", 100.0 * f64::from(hit) / f64::from(all)) }
}

/// Ends a table: of each column hits and all, inline and as a paragraph.
fn print_all(total: &[[(u32, u32); 2]]) {
    print!("| **all** |");
    for [inline, paragraph] in total {
        print!(" **{} / {}** |", show(inline.0, inline.1), show(paragraph.0, paragraph.1));
    }
}

/// Recall by language and words, and with it the precision where as many chains are mixed as are not, if `wrong` of
/// those are dropped.
fn recall(hosts: &[&Chain], languages: &str, host: &str, wrong: f64) {
    let filter = filter("language = {}");
    println!("\nlanguage: recall in {host} chains in %, inline / as a paragraph");
    println!("| | 1 word | 3 words | 10 words | 30 words |\n|---|---|---|---|---|");
    let mut total = [[(0u32, 0u32); 2]; 4];
    for (number, language) in languages.split_whitespace().enumerate() {
        let Ok(sentences) = std::fs::read_to_string(data(&format!("sentences/{language}.txt"))) else {
            continue;
        };
        let sentences: Vec<&str> = sentences.lines().collect();
        print!("| {language} |");
        for (column, words) in [1, 3, 10, 30].into_iter().enumerate() {
            let mut row = Vec::new();
            for paragraph in [false, true] {
                let mut rng = Rng::new((number as u64 * 64 + words as u64) * 2 + u64::from(paragraph));
                let (mut all, mut hit) = (0, 0);
                for sentence in &sentences {
                    let Some(planted) = fragment(sentence, language, words, &mut rng) else { continue };
                    let host = hosts[rng.below(hosts.len() as u64) as usize];
                    let mixed = splice(&host.text, &planted, paragraph, &mut rng);
                    all += 1;
                    let found = detail(&judge(&*filter, host, &mixed)).is_some();
                    hit += u32::from(found);
                    if !found && words >= 3 && std::env::var_os("SHOW").is_some() {
                        println!("\n    missed {language} {planted:?} in {:?}", host.problem);
                    }
                }
                total[column][usize::from(paragraph)].0 += hit;
                total[column][usize::from(paragraph)].1 += all;
                row.push(show(hit, all));
            }
            print!(" {} |", row.join(" / "));
        }
        println!();
    }
    print_all(&total);
    print!("\n| precision |");
    for both in total {
        let row = both.map(|(hit, all)| {
            let recall = f64::from(hit) / f64::from(all.max(1));
            if hit == 0 { "–".to_owned() } else { format!("{:.2}", 100.0 * recall / (recall + wrong)) }
        });
        print!(" {} |", row.join(" / "));
    }
    println!();
}

/// The notes' measurement: one whole sentence inline.
fn whole_sentences(hosts: &[&Chain]) {
    let filter = filter("language = {}");
    let mut rng = Rng::new(7);
    let (mut all, mut hit) = (0, 0);
    for language in LATIN.split_whitespace() {
        let Ok(sentences) = std::fs::read_to_string(data(&format!("sentences/{language}.txt"))) else {
            continue;
        };
        let sentences: Vec<&str> = sentences.lines().collect();
        for _ in 0..40 {
            let sentence = sentences[rng.below(sentences.len() as u64) as usize];
            let host = hosts[rng.below(hosts.len() as u64) as usize];
            all += 1;
            let found =
                detail(&judge(&*filter, host, &splice(&host.text, sentence, false, &mut rng))).is_some();
            if !found && std::env::var_os("SHOW").is_some() {
                println!("    missed sentence {language} {sentence:?}");
            }
            hit += u32::from(found);
        }
    }
    println!(
        "\nlanguage: whole sentences inline, same script: {hit} of {all}, or {:.1} of 120",
        120.0 * f64::from(hit) / f64::from(all)
    );
}

#[test]
#[ignore = "measures"]
fn language() {
    let chains = chains();
    if chains.is_empty() {
        eprintln!("skipped: there is no ../shared/data");
        return;
    }
    false_positives(&["language = {}"], &chains);
    let kept = filter("language = {}");
    let english: Vec<&Chain> = chains
        .iter()
        .filter(|chain| {
            matches!(chain.kind, "MATH solutions" | "7B model outputs")
                && detail(&judge(&*kept, chain, &chain.text)).is_none()
        })
        .collect();
    let chinese: Vec<&Chain> = chains.iter().filter(|chain| chain.kind == "Chinese problems").collect();
    let wrong = |kinds: &[&str]| {
        let of: Vec<&Chain> = chains.iter().filter(|chain| kinds.contains(&chain.kind)).collect();
        let dropped = of.iter().filter(|chain| detail(&judge(&*kept, chain, &chain.text)).is_some()).count();
        println!("{kinds:?}: {dropped} of {} dropped", of.len());
        dropped as f64 / of.len().max(1) as f64
    };
    let in_english = wrong(&["MATH solutions", "7B model outputs"]);
    let in_chinese = wrong(&["Chinese problems", "Chinese news"]);
    recall(&english, OTHER, "English", in_english);
    recall(&english, LATIN, "English", in_english);
    recall(&chinese, "en de fr ru ko ar th ja", "Chinese", in_chinese);
    whole_sentences(&english);
}

/// Sentences of reasoning, ten a language, that were written for this measurement after the filter was made: another
/// genre than the news above, in chains that are no hosts there, with other seeds. Nothing was tuned to what it shows.
fn second_set() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut out: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in include_str!("mixed/reasoning.tsv").lines() {
        let (language, sentence) = line.split_once('\t').expect("a language and a sentence");
        match out.last_mut() {
            Some((last, sentences)) if *last == language => sentences.push(sentence),
            _ => out.push((language, vec![sentence])),
        }
    }
    out
}

/// Chains a sentence is put into, each at a place of its own.
const HOSTS: usize = 20;

#[test]
#[ignore = "measures"]
fn second() {
    let chains = chains();
    if chains.is_empty() {
        eprintln!("skipped: there is no ../shared/data");
        return;
    }
    let filter = filter("language = {}");
    let hosts = |kinds: &[&str]| -> Vec<&Chain> {
        let kept = |chain: &&Chain| detail(&judge(&*filter, chain, &chain.text)).is_none();
        chains.iter().filter(|chain| kinds.contains(&chain.kind)).filter(kept).collect()
    };
    let english = hosts(&["GSM8K solutions", "GSM8K model solutions"]);
    let chinese = hosts(&["Chinese problems"]);
    for (name, hosts, languages) in [
        ("English", &english, OTHER),
        ("English", &english, LATIN),
        ("Chinese", &chinese, "en de fr ru ko ar th ja"),
    ] {
        println!("\nsecond set: recall in {name} chains in %, inline / as a paragraph");
        println!("| | 3 words | 10 words | whole sentences |\n|---|---|---|---|");
        let mut total = [[(0u32, 0u32); 2]; 3];
        for (number, (language, sentences)) in second_set().into_iter().enumerate() {
            if !languages.split_whitespace().any(|other| other == language) {
                continue;
            }
            print!("| {language} |");
            for (column, words) in [Some(3), Some(10), None].into_iter().enumerate() {
                let mut row = Vec::new();
                for paragraph in [false, true] {
                    let mut rng = Rng::new(90_000 + (number * 6 + column * 2) as u64 + u64::from(paragraph));
                    let (mut hit, mut all) = (0, 0);
                    for sentence in &sentences {
                        for _ in 0..HOSTS {
                            let planted = match words {
                                Some(words) => fragment(sentence, language, words, &mut rng),
                                None => Some((*sentence).to_owned()),
                            };
                            let Some(planted) = planted else { continue };
                            let host = hosts[rng.below(hosts.len() as u64) as usize];
                            let mixed = splice(&host.text, &planted, paragraph, &mut rng);
                            all += 1;
                            hit += u32::from(detail(&judge(&*filter, host, &mixed)).is_some());
                        }
                    }
                    total[column][usize::from(paragraph)].0 += hit;
                    total[column][usize::from(paragraph)].1 += all;
                    row.push(show(hit, all));
                }
                print!(" {} |", row.join(" / "));
            }
            println!();
        }
        print_all(&total);
        println!();
    }
}

/// Words in a row that answers share with worked examples of their own kind, of which none is a copy.
#[test]
#[ignore = "measures"]
fn few_shot() {
    let mut groups: Vec<(String, Vec<[String; 2]>)> = Vec::new();
    for row in rows("math_test/test.jsonl") {
        let kind = format!("MATH {} {}", text(&row, "type"), text(&row, "level"));
        let at = groups.iter().position(|group| group.0 == kind).unwrap_or_else(|| {
            groups.push((kind, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push([text(&row, "problem"), text(&row, "solution")]);
    }
    if groups.is_empty() {
        eprintln!("skipped: there is no ../shared/data");
        return;
    }
    let gsm8k = rows("gsm8k/train.jsonl").into_iter().take(3_000);
    groups.push((
        "GSM8K".to_owned(),
        gsm8k.map(|row| [text(&row, "question"), text(&row, "answer")]).collect(),
    ));
    let (mut shares, mut long, mut examples) = ([Vec::new(), Vec::new(), Vec::new()], 0, 0);
    let mut kinds = vec![("MATH", 0), ("GSM8K", 1)];
    let filter = filter("format = { think = false, answer = false }");
    let limit = filters::format::Format::default().max_copied_words;
    let mut rng = Rng::new(11);
    let mut most: Vec<(f64, String)> = Vec::new();
    for (family, chains) in own_families() {
        groups.push((family, chains));
    }
    kinds.push(("experts' chains, same family and difficulty", 2));
    for (kind, members) in &groups {
        for (at, [problem, answer]) in members.iter().enumerate().take(400) {
            let other = |rng: &mut Rng| &members[rng.below(members.len() as u64) as usize];
            let shown: Vec<&[String; 2]> =
                (0..2).map(|_| other(&mut rng)).filter(|one| one[0] != *problem).collect();
            let texts: Vec<&str> = shown.iter().flat_map(|one| one.iter().map(String::as_str)).collect();
            if texts.is_empty() {
                continue;
            }
            let chain = Chain { kind: "", problem: problem.clone(), text: answer.clone(), domain: "math" };
            let (prompt, completion) = asked(&chain, answer);
            let reading = filters::reading::Reading::beside(&completion, &texts);
            let scores = filter.judge_reading(&prompt, &reading).scores;
            let words =
                scores.iter().find(|(name, _)| *name == "copied_words").expect("examples were shown").1;
            let which = if kind.starts_with("MATH") { 0 } else { usize::from(kind != "GSM8K") + 1 };
            shares[which].push(words);
            most.push((words, format!("{kind} {at}")));
            for one in shown {
                examples += 1;
                long += u32::from(filters::words::words(&one[1]).count() > limit as usize);
            }
        }
    }
    println!(
        "\nformat: words in a row shared with one of two worked examples at 50, 99, 99.9 and 100 %; over {limit}"
    );
    for (name, which) in kinds {
        let values = &mut shares[which];
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values[((values.len() - 1) as f64 * share) as usize];
        let over = values.iter().filter(|words| **words > f64::from(limit)).count();
        println!(
            "| {name} | {} | {} | {} | {} | {over} of {} |",
            at(0.5),
            at(0.99),
            at(0.999),
            at(1.0),
            values.len()
        );
    }
    most.sort_by(|one, other| other.0.total_cmp(&one.0));
    println!("most: {:?}", &most[..12]);
    println!("{long} of {examples} examples have more than {limit} words");
}

/// Our experts' chains by family and difficulty: problems and answers.
fn own_families() -> Vec<(String, Vec<[String; 2]>)> {
    use datagen::prompts::tasks::{FAMILIES, space::permuted};
    let mut out = Vec::new();
    for family in FAMILIES {
        for difficulty in 1..=4 {
            let count = family.count(difficulty);
            let chain = |at| {
                let index = permuted(at, count, 3);
                let chain = family.expert(difficulty, index, at);
                let text = datagen::format::think::join(&chain.reasoning, &chain.solution);
                [family.prompt(difficulty, index).problem, text]
            };
            let members: Vec<[String; 2]> = (0..40).map(chain).collect();
            let name = members[0][0].chars().take(40).collect::<String>();
            out.push((format!("{name} {difficulty}"), members));
        }
    }
    out
}

/// A loop, and what it is put into: the text before it, and whether the text goes on behind it.
fn loops(host: &str, rng: &mut Rng) -> Vec<(&'static str, String)> {
    let sentences: Vec<&str> = host.split_inclusive(". ").filter(|sentence| sentence.len() > 20).collect();
    let sentence = sentences
        .get(rng.below(sentences.len().max(1) as u64) as usize)
        .copied()
        .unwrap_or("So we are done. ");
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let phrase = words[..words.len().min(2 + rng.below(6) as usize)].join(" ") + " ";
    let other = "Hmm, let me check that once more, since it does not look right to me. ";
    let times = |least: u64, rng: &mut Rng| (least + rng.below(2 * least)) as usize;
    let paragraph: String = sentences.iter().take(5).copied().collect::<String>() + "\n\n";
    let number = rng.below(900) as usize;
    let count =
        |form: &dyn Fn(usize) -> String, n: usize| (0..n).map(|i| form(number + i)).collect::<String>();
    let mut two_states = String::new();
    for _ in 0..times(20, rng) {
        two_states += if rng.below(2) == 0 { sentence } else { other };
    }
    let half = host.char_indices().map(|(at, _)| at).nth(host.chars().count() / 2).unwrap_or(0);
    let middle = |looping: String| format!("{} {looping} {}", &host[..half], &host[half..]);
    let phrase_loop = phrase.repeat(times(20, rng) + 160 / phrase.len());
    let lines = "    if x == y:\n        count += 1\n";
    let cut = |mut text: String, rng: &mut Rng| {
        for _ in 0..rng.below(20) {
            text.pop();
        }
        text
    };
    let short =
        ["ha ", "no ", "= ", "0 ", "the ", "\\\\ ", "wait "][rng.below(7) as usize].repeat(times(100, rng));
    let digits =
        format!("{} ", ["3", "142857", "09", "618"][rng.below(4) as usize]).trim().repeat(times(100, rng));
    let tail = |looping: String| format!("{host}\n{looping}");
    vec![
        ("phrase", tail(cut(phrase_loop.clone(), rng))),
        ("paragraph", tail(cut(paragraph.repeat(times(4, rng)), rng))),
        ("short tail", tail(short)),
        ("counter", tail(count(&|n| format!("If n = {n}, then it is not a solution. "), times(14, rng)))),
        ("digits", tail(format!("0.{digits}"))),
        ("two states", tail(two_states.clone())),
        (
            "numbers that grow",
            tail(count(
                &|n| format!("So we get {} + {} = {}, and we go on. ", n, 2 * n, 3 * n),
                times(14, rng),
            )),
        ),
        ("paragraphs in turn", tail(format!("{paragraph}{other}{other}\n\n").repeat(times(4, rng)))),
        ("broken by a newline", {
            let mut text = phrase_loop.clone();
            let at = text.char_indices().map(|(at, _)| at).nth(text.chars().count() / 2).unwrap_or(0);
            text.insert_str(at, "\n\n");
            tail(text)
        }),
        ("in the middle, then out", middle(phrase_loop.repeat(2))),
        (
            "counting in the middle",
            middle(count(&|n| format!("Let me try n = {n}: that does not work either. "), times(50, rng))),
        ),
        ("two states in the middle", middle(two_states)),
        ("lines of code", tail(lines.repeat(times(6, rng)))),
        ("Chinese", tail(cut("让我再检查一下，这个答案不对。".repeat(times(12, rng)), rng))),
        ("Chinese that counts", tail(count(&|n| format!("当n={n}时不成立，我们继续。"), times(25, rng)))),
        (
            "a formula's lines",
            tail("&= |1 + x + yi| + |1 - x^2 + y^2| + |2xy - 1|\\\\\n".repeat(times(6, rng))),
        ),
        ("letters", tail("A".repeat(times(200, rng)))),
        ("one word a line", tail("Wait.\n".repeat(times(40, rng)))),
    ]
}

/// The chains of `datasets/cold_start.parquet`, all of which the default filters must keep.
#[test]
fn cold_start_is_kept() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("datasets/cold_start.parquet");
    let rows = datagen::corpus::read::rows(&path, Some(&["problem", "reasoning", "solution", "domain"]));
    let mut chains = Vec::new();
    for row in rows.expect("the cold start") {
        let row = Value::Object(row.expect("a row"));
        let whole = datagen::format::think::join(&text(&row, "reasoning"), &text(&row, "solution"));
        let domain = if text(&row, "domain") == "code" { "code" } else { "math" };
        chains.push(Chain { kind: "cold start", problem: text(&row, "problem"), text: whole, domain });
    }
    assert_eq!(chains.len(), 5_000);
    let names =
        ["truncated", "format", "length", "repetition", "language", "readability", "refusal", "reflection"];
    for name in names {
        let filter = filter(&format!("{name} = {{}}"));
        for chain in &chains {
            let judgement = judge(&*filter, chain, &chain.text);
            assert_eq!(detail(&judgement), None, "{name}: {}", chain.problem);
        }
    }
    println!("{} chains are kept by {}", chains.len(), names.join(", "));
}

/// Our own experts' chains, which repeat their structure on purpose.
fn own_chains() -> Vec<Chain> {
    use datagen::prompts::tasks::{FAMILIES, space::permuted};
    let mut out = Vec::new();
    for family in FAMILIES {
        for difficulty in 1..=4 {
            let count = family.count(difficulty);
            for at in 0..100 {
                let index = permuted(at, count, 3);
                let chain = family.expert(difficulty, index, at);
                let text = datagen::format::think::join(&chain.reasoning, &chain.solution);
                let prompt = family.prompt(difficulty, index);
                out.push(Chain { kind: "experts' chains", problem: prompt.problem, text, domain: "math" });
            }
        }
    }
    out
}

#[test]
#[ignore = "measures"]
fn repetition() {
    let mut chains = chains();
    if chains.is_empty() {
        eprintln!("skipped: there is no ../shared/data");
        return;
    }
    chains.extend(own_chains());
    false_positives(&["repetition = {}"], &chains);
    let filter = filter("repetition = {}");
    let hosts: Vec<&Chain> = chains
        .iter()
        .filter(|chain| matches!(chain.kind, "MATH solutions" | "7B model outputs" | "experts' chains"))
        .filter(|chain| detail(&judge(&*filter, chain, &chain.text)).is_none())
        .collect();
    let mut rng = Rng::new(5);
    let mut kinds: Vec<(&str, u32, u32)> = Vec::new();
    for _ in 0..400 {
        let host = hosts[rng.below(hosts.len() as u64) as usize];
        for (at, (kind, looping)) in loops(&host.text, &mut rng).into_iter().enumerate() {
            if kinds.len() <= at {
                kinds.push((kind, 0, 0));
            }
            let hit = detail(&judge(&*filter, host, &looping)).is_some();
            if !hit && std::env::var_os("SHOW").is_some() {
                println!(
                    "missed {kind}: {:?}",
                    looping.chars().rev().take(300).collect::<Vec<_>>().into_iter().rev().collect::<String>()
                );
            }
            kinds[at].1 += u32::from(hit);
            kinds[at].2 += 1;
        }
    }
    println!("\nrepetition: planted loops that are dropped");
    for (kind, hit, all) in kinds {
        println!("  {kind:28} {hit:4} of {all:4}");
    }
}

/// What a refusal looks like, and where it is put.
const REFUSALS: [&str; 12] = [
    "I'm sorry, but I can't help with that.",
    "I’m sorry, but I can’t assist with this request.",
    "Sorry, but I cannot do this.",
    "I apologize, but I'm unable to provide assistance here.",
    "As an AI language model, I do not have access to the figure.",
    "As a large language model I cannot see images.",
    "I am unable to fulfill this request.",
    "I cannot provide that information.",
    "I must respectfully decline. I respectfully decline.",
    "抱歉，我无法回答这个问题。",
    "Lo siento, pero no puedo ayudar con eso.",
    "Es tut mir leid, aber ich kann dabei nicht helfen.",
];

#[test]
#[ignore = "measures"]
fn others() {
    let mut chains = chains();
    if chains.is_empty() {
        eprintln!("skipped: there is no ../shared/data");
        return;
    }
    chains.extend(own_chains());
    let plain = "format = { think = false, answer = false }";
    for toml in ["readability = {}", "refusal = {}", plain, "reflection = {}"] {
        false_positives(&[toml], &chains);
    }
    let all = [
        "language = {}",
        "readability = {}",
        "repetition = {}",
        "refusal = {}",
        plain,
        "reflection = {}",
        "truncated = {}",
        "length = { min_reasoning_words = 0 }",
    ];
    false_positives(&all, &chains);
    spread(&chains);
    let filter = filter("refusal = {}");
    let mut rng = Rng::new(3);
    let (mut hit, mut all) = (0, 0);
    for _ in 0..100 {
        let host = &chains[rng.below(chains.len() as u64) as usize];
        for refusal in REFUSALS {
            all += 1;
            hit += u32::from(
                detail(&judge(&*filter, host, &splice(&host.text, refusal, true, &mut rng))).is_some(),
            );
        }
    }
    println!("\nrefusal: planted refusals that are dropped: {hit} of {all}");
}

/// How the scores of `readability` are spread over real chains: what a limit would cost.
fn spread(chains: &[Chain]) {
    let filter = filter("readability = {}");
    let mut scores: Vec<(&str, Vec<f64>)> = Vec::new();
    for chain in chains {
        for (at, (name, score)) in judge(&*filter, chain, &chain.text).scores.into_iter().enumerate() {
            if scores.len() <= at {
                scores.push((name, Vec::new()));
            }
            scores[at].1.push(score);
        }
    }
    println!("\nreadability: scores of real chains at 0.1, 1, 50, 99, 99.9 and 100 %");
    for (name, mut values) in scores {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values[((values.len() - 1) as f64 * share) as usize];
        let row: Vec<String> =
            [0.001, 0.01, 0.5, 0.99, 0.999, 1.0].map(|share| format!("{:.2}", at(share))).into();
        println!("  {name:18} {}", row.join("  "));
    }
}
