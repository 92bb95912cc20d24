//! Megabytes of text per CPU-second of decontamination and of dedup, and dedup's cost a document at 10,000, 20,000
//! and 50,000 documents. `benches/dedup_peers.py` runs peers on planted pairs.
//!
//!     cargo bench --bench dedup [-- DOCUMENTS… | FILE.jsonl]
//!
//! Times are of the CPU, so that other work on the machine does not count. Decontamination: the questions of GSM8K's
//! test against its training questions, and against texts of 8 kB made of real solutions, each 8 kB with the fastest
//! of five passes. Dedup: generated texts of about 4 kB of which every tenth is a copy of the one before it with
//! 1.1 % of its words replaced (a Jaccard similarity of about 0.9); making them is not counted. A file's lines with
//! `text` are read as `datagen dedup` reads them, from JSON text to the decisions, on one thread. Vectors: random ones of
//! 256 numbers, every tenth at a cosine of 0.9 to the one before it, which is the threshold. Band keys: random ones, of
//! texts that repeat nothing.

use std::path::Path;
use std::time::Duration;

use datagen::corpus::table::{Columns, Input};
use datagen::dedup::Keep;
use datagen::dedup::index::Index;
use datagen::dedup::minhash::{Bands, Sketcher};
use datagen::dedup::semantic::Set;
use datagen::dedup::whole::{Options, Texts, Whole};
use datagen::error::Result;
use datagen::prompts::contamination::{Benchmarks, Item, Scanner};
use datagen::rng::Rng;
use serde_json::Value;

const PASSES: usize = 5;
/// Bytes of a text that is looked through for questions.
const LONG: usize = 8_000;
/// Words of a generated document: about 4 kB.
const WORDS: usize = 600;
/// Every so many documents one is a copy.
const COPY_EVERY: u64 = 10;
/// A copy's share of replaced words: 1 - q^(1/5) with q = 2J / (1 + J), at J = 0.9.
const REPLACED: f64 = 0.0108;

/// CPU time: of this thread, or of all.
fn clock(all: bool) -> Duration {
    #[cfg(unix)]
    {
        use nix::time::{ClockId, clock_gettime};
        let id = if all { ClockId::CLOCK_PROCESS_CPUTIME_ID } else { ClockId::CLOCK_THREAD_CPUTIME_ID };
        if let Ok(time) = clock_gettime(id) {
            return Duration::new(time.tv_sec() as u64, time.tv_nsec() as u32);
        }
    }
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

fn column(path: &str, name: &str) -> Vec<String> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let text = std::fs::read_to_string(data.join(path)).unwrap_or_default();
    let rows = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    rows.filter_map(|row| Some(row[name].as_str()?.to_owned())).collect()
}

/// Texts in lots of about [`LONG`] bytes: reading the clock takes 0.6 µs where it is a call into the kernel, and a question
/// of 240 bytes 2 µs.
fn lots(texts: &[String]) -> Vec<&[String]> {
    let (mut lots, mut from, mut bytes) = (Vec::new(), 0, 0);
    for (at, text) in texts.iter().enumerate() {
        bytes += text.len();
        if bytes >= LONG || at + 1 == texts.len() {
            lots.push(&texts[from..=at]);
            (from, bytes) = (at + 1, 0);
        }
    }
    lots
}

fn decontamination() {
    let questions = column("gsm8k/test.jsonl", "question");
    if questions.is_empty() {
        eprintln!("skipped: there is no ../shared/data/gsm8k");
        return;
    }
    let rows = questions.iter().zip(1..);
    let items =
        rows.map(|(text, row)| Item { benchmark: "gsm8k".to_owned(), row, text: text.clone() }).collect();
    let benchmarks = Benchmarks::new(items);
    let (mut long, mut open) = (Vec::new(), String::new());
    let solutions = column("math_test/test.jsonl", "solution").into_iter();
    for solution in solutions.chain(column("gsm8k/train.jsonl", "answer")) {
        open += &solution;
        open += "\n\n";
        if open.len() >= LONG {
            long.push(std::mem::take(&mut open));
        }
    }
    let train = column("gsm8k/train.jsonl", "question");
    for (name, texts) in [("training questions", &train), ("texts of 8 kB", &long)] {
        let lots: Vec<&[String]> = lots(texts);
        let mut best = vec![Duration::MAX; lots.len()];
        let (mut scanner, mut hits) = (Scanner::default(), 0);
        for _ in 0..PASSES {
            hits = 0;
            for (lot, best) in lots.iter().zip(&mut best) {
                let start = clock(false);
                for text in *lot {
                    hits += usize::from(benchmarks.find(&mut scanner, text).is_some());
                }
                *best = (*best).min(clock(false) - start);
            }
        }
        let bytes: usize = texts.iter().map(String::len).sum();
        let rate = bytes as f64 / 1e6 / best.iter().sum::<Duration>().as_secs_f64();
        println!(
            "  {name:20} {:6} {:6.1} MB {rate:8.1} MB/cpu-s  {hits} hits",
            texts.len(),
            bytes as f64 / 1e6
        );
    }
}

/// Documents that are made when they are asked for.
struct Documents {
    vocabulary: Vec<String>,
}

impl Documents {
    fn new() -> Self {
        let mut rng = Rng::new(1);
        let syllables = ["ba", "co", "den", "ri", "to", "mu", "la", "ser", "fin", "gra", "po", "ti"];
        let word = |rng: &mut Rng| (0..rng.range(1, 4)).map(|_| rng.pick(&syllables)).collect::<String>();
        Self { vocabulary: (0..4_000).map(|_| word(&mut rng)).collect() }
    }

    /// A word; the first ones are the most frequent.
    fn word(&self, rng: &mut Rng) -> &str {
        let place = rng.uniform() * rng.uniform() * self.vocabulary.len() as f64;
        &self.vocabulary[place as usize]
    }

    fn text(&self, number: u64) -> String {
        let copy = number % COPY_EVERY == COPY_EVERY - 1;
        let mut rng = Rng::named(7, "document", number - u64::from(copy));
        let mut edits = Rng::named(7, "edits", number);
        let mut text = String::with_capacity(WORDS * 8);
        for at in 0..WORDS {
            let word = self.word(&mut rng);
            text += if copy && edits.chance(REPLACED) { self.word(&mut edits) } else { word };
            text += if at % 20 == 19 { ".\n" } else { " " };
        }
        text
    }
}

/// The documents to be read again, with the CPU time that making them took.
struct Again<'a>(&'a Documents, std::cell::Cell<Duration>);

impl Texts for Again<'_> {
    fn texts(&self, wanted: &[u32], take: &mut dyn FnMut(u32, &str) -> Result<()>) -> Result<()> {
        for &row in wanted {
            let start = clock(false);
            let text = self.0.text(u64::from(row));
            self.1.set(self.1.get() + (clock(false) - start));
            take(row, &text)?;
        }
        Ok(())
    }
}

fn dedup(documents: &Documents, count: u64) {
    let options = Options { jaccard_threshold: Some(0.8), keep: Keep::Central, memory_bytes: 512 << 20 };
    let folder = tempfile::tempdir().expect("a folder");
    let mut set = Whole::new(options, folder.path());
    let mut sketcher = set.sketcher();
    let (mut bytes, mut sketched) = (0, Duration::ZERO);
    for number in 0..count {
        let text = documents.text(number);
        bytes += text.len();
        let start = clock(false);
        let sketch = sketcher.sketch(&text);
        set.add(Some(&sketch), text.len(), None).expect("room");
        sketched += clock(false) - start;
    }
    let again = Again(documents, std::cell::Cell::new(Duration::ZERO));
    let start = clock(true);
    let found = set.finish(&again, &mut |_, _| {}).expect("room");
    let finished = clock(true) - start - again.1.get();
    let copies = found.duplicates.iter().filter(|gone| gone.row.abs_diff(gone.kept) == 1).count() as u64;
    assert_eq!(copies, found.duplicates.len() as u64, "only the planted copies go");
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / count as f64;
    println!(
        "  {count:9} {:7.1} MB {:8.1} MB/cpu-s {:8.1} µs a document ({:.1} reading it, {:.1} comparing)  {copies} of {} \
         copies found",
        bytes as f64 / 1e6,
        bytes as f64 / 1e6 / (sketched + finished).as_secs_f64(),
        micros(sketched + finished),
        micros(sketched),
        micros(finished),
        count / COPY_EVERY,
    );
}

/// Texts whose band keys are put into a run's tables, and their limits in MiB.
const KEYED: u32 = 600_000;
const LIMITS_MIB: [usize; 2] = [1_024, 64];

/// Every text is looked for and then stays, as one that repeats nothing.
fn tables() {
    let bands = Bands::for_threshold(0.8).bands;
    for limit in LIMITS_MIB {
        let folder = tempfile::tempdir().expect("a folder");
        let mut index = Index::new(bands, folder.path(), limit << 20);
        let (mut rng, mut found) = (Rng::new(3), Vec::new());
        let mut spent = Duration::ZERO;
        for number in 0..KEYED {
            let keys: Vec<u64> = (0..bands).map(|_| rng.next_u64()).collect();
            let start = clock(true);
            index.find(&keys, &mut found).expect("readable");
            index.put(&keys, number).expect("room");
            spent += clock(true) - start;
        }
        println!(
            "  {KEYED} texts, at most {limit} MiB: {:.0} MiB {}, {:.1} µs a text; {} keys shared by chance",
            index.bytes() as f64 / f64::from(1 << 20),
            if index.is_spilled() { "in a file" } else { "in memory" },
            spent.as_secs_f64() * 1e6 / f64::from(KEYED),
            found.len(),
        );
    }
}

/// Numbers of a vector, as many as potion-base-8M's.
const DIMS: usize = 256;

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|x| *x /= length);
    vector
}

fn vector(number: u64) -> Vec<f32> {
    let mut rng = Rng::named(7, "vector", number);
    // Sums of four uniform numbers are near enough to a normal one.
    let mut normal = || (0..4).map(|_| rng.uniform()).sum::<f64>() as f32 - 2.0;
    let own = unit((0..DIMS).map(|_| normal()).collect());
    if number % COPY_EVERY != COPY_EVERY - 1 {
        return own;
    }
    let before = vector(number - 1);
    let along: f32 = own.iter().zip(&before).map(|(a, b)| a * b).sum();
    let across = unit(own.iter().zip(&before).map(|(a, b)| a - along * b).collect());
    // A little above the threshold, so that rounding does not decide.
    let (cosine, sine) = (0.9001f32, (1.0 - 0.9001f32 * 0.9001).sqrt());
    unit(before.iter().zip(&across).map(|(a, b)| cosine * a + sine * b).collect())
}

fn semantic(count: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut set = Set::new(0.9, count as usize, DIMS, folder.path(), 512 << 20);
    let mut spent = Duration::ZERO;
    let numbers: Vec<u64> = (0..count).collect();
    for lot in numbers.chunks(4_096) {
        let vectors: Vec<Option<Vec<f32>>> = lot.iter().map(|&number| Some(vector(number))).collect();
        let start = clock(true);
        set.add(&vectors).expect("room");
        spent += clock(true) - start;
    }
    let ((tables, bits), chance) = (set.planes().size(), set.planes().candidate_chance(0.9));
    let start = clock(true);
    let found = set.finish().expect("room");
    spent += clock(true) - start;
    assert!(found.iter().all(|near| near.row == near.kept + 1), "only planted pairs go");
    println!(
        "  {count:9} vectors {:8.1} µs each; {tables} tables of {bits} signs; {} of {} planted at the threshold found, \
         {:.1} % promised",
        spent.as_secs_f64() * 1e6 / count as f64,
        found.len(),
        count / COPY_EVERY,
        100.0 * chance,
    );
}

/// A file to be read again.
struct File<'a>(&'a Input, &'a Columns);

impl Texts for File<'_> {
    fn texts(&self, wanted: &[u32], take: &mut dyn FnMut(u32, &str) -> Result<()>) -> Result<()> {
        self.0.texts(self.1, wanted, take)
    }
}

fn from_json(path: &str) {
    let options = Options { jaccard_threshold: Some(0.8), keep: Keep::Central, memory_bytes: 512 << 20 };
    let folder = tempfile::tempdir().expect("a folder");
    let mut set = Whole::new(options, folder.path());
    let columns = Columns { text: "text".to_owned(), id: "id".to_owned(), score: None };
    let mut input = Input::open(Path::new(path)).expect("a file");
    let (bands, mut bytes) = (set.bands(), 0);
    let start = clock(true);
    let work = |sketcher: &mut Sketcher, text: &str| (sketcher.sketch(text), text.len());
    let explain = |_: &[u8]| "no row".to_owned();
    let mut take = |row: Result<datagen::corpus::table::Seen<_>, _>| {
        let Ok(seen) = row else { panic!("a line of {path} is no row") };
        let (sketch, length) = seen.text.expect("a text");
        bytes += length;
        set.add(Some(&sketch), length, None).map(drop)
    };
    input.read(&columns, || Sketcher::new(bands), work, &explain, &mut take).expect("readable");
    let read = clock(true) - start;
    let rows = set.rows();
    let found = set.finish(&File(&input, &columns), &mut |_, _| {}).expect("readable");
    let all = clock(true) - start;
    let megabytes = bytes as f64 / 1e6;
    println!(
        "  {rows} documents, {megabytes:.1} MB, {:.1} MB/cpu-s; {:.2} s reading, {:.2} s comparing; {} go, {} of {} pairs \
         compared are similar",
        megabytes / all.as_secs_f64(),
        read.as_secs_f64(),
        (all - read).as_secs_f64(),
        found.duplicates.len(),
        found.similar,
        found.compared,
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some(path) = arguments.iter().find(|argument| argument.ends_with(".jsonl")) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
        pool.expect("no work before");
        return from_json(path);
    }
    let sizes: Vec<u64> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    println!("decontamination against GSM8K's test");
    decontamination();
    println!("exact and near duplicates");
    let documents = Documents::new();
    let sizes = if sizes.is_empty() { vec![10_000, 20_000, 50_000] } else { sizes };
    sizes.iter().for_each(|&count| dedup(&documents, count));
    println!("band keys of a run that grows");
    tables();
    println!("vectors that are near");
    sizes.iter().for_each(|&count| semantic(count));
}
