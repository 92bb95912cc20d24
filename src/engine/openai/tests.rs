//! The engine against a server on loopback, and its options.

mod server;

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use self::server::{Reply, Server, completions, ok};
use super::*;
use crate::record::{Completion, FinishReason, Prompt, Role};

/// Options for `server` with quick retries.
fn options(server: &Server) -> Options {
    Options {
        base_url: server.url.clone(),
        model: "m".to_owned(),
        max_retries: 3,
        timeout_secs: 20,
        ..Options::default()
    }
}

fn request(ticket: u64, samples: u32) -> Request {
    Request {
        ticket,
        prompt: Arc::new(Prompt {
            id: format!("p{ticket}"),
            source: String::new(),
            domain: String::new(),
            problem: String::new(),
            answer: None,
            entry_point: None,
            tests: Vec::new(),
            difficulty: None,
        }),
        messages: vec![Message::new(Role::User, format!("question {ticket}"))].into(),
        samples: (0..samples).map(|index| Sample { index, seed: u64::from(index) << 33 }).collect(),
    }
}

struct Outcome {
    result: Result<()>,
    answers: Vec<Answer>,
    took: Duration,
}

impl Outcome {
    fn completions(&self) -> Vec<&Completion> {
        self.answers.iter().filter_map(|answer| answer.result.as_ref().ok()).collect()
    }

    /// The only answer's error.
    fn error(&self) -> String {
        assert_eq!(self.answers.len(), 1, "{:?}", self.answers);
        self.answers[0].result.as_ref().expect_err("an error").to_string()
    }
}

/// Runs the engine over `requests`; `stopper` runs beside it. Its queue stays open if `hold`.
fn run_with(
    options: Options,
    requests: Vec<Request>,
    hold: bool,
    stopper: impl FnOnce(&Stop) + Send,
) -> Outcome {
    let key = options.api_key_env.as_ref().map(|_| "sk-very-secret".to_owned());
    let mut engine = OpenAi::new(options, Sampling::default(), key).expect("an engine");
    engine.first_pause = Duration::from_millis(4);
    let (request_sender, request_receiver) = mpsc::channel(64);
    let (answer_sender, mut answer_receiver) = mpsc::channel(4);
    let (stop, speed) = (Arc::new(Stop::default()), Arc::new(Speed::default()));
    std::thread::scope(|scope| {
        let engine = scope.spawn({
            let (stop, speed) = (stop.clone(), speed.clone());
            move || {
                let start = Instant::now();
                (engine.run(request_receiver, answer_sender, stop, speed), start.elapsed())
            }
        });
        for request in requests {
            request_sender.blocking_send(request).expect("room");
        }
        let held = hold.then_some(request_sender);
        scope.spawn(|| stopper(&stop));
        let mut answers = Vec::new();
        while let Some(answer) = answer_receiver.blocking_recv() {
            answers.push(answer);
        }
        let (result, took) = engine.join().expect("no panic");
        drop(held);
        answers.sort_by_key(|answer| (answer.ticket, answer.index));
        let tokens: u64 =
            answers.iter().filter_map(|a| a.result.as_ref().ok()).map(|c| u64::from(c.num_tokens)).sum();
        assert_eq!(speed.tokens.load(Ordering::SeqCst), tokens, "tokens are counted as they are answered");
        assert_eq!(speed.in_flight.load(Ordering::SeqCst), 0, "nothing is in flight at the end");
        Outcome { result, answers, took }
    })
}

fn run(options: Options, requests: Vec<Request>) -> Outcome {
    run_with(options, requests, false, |_| {})
}

#[test]
fn every_sample_is_answered_once() {
    let server = Server::start(|_, request| ok(request));
    let outcome = run(options(&server), (0..5).map(|ticket| request(ticket, 3)).collect());
    outcome.result.as_ref().expect("a run");
    let keys: Vec<_> = outcome.answers.iter().map(|answer| (answer.ticket, answer.index)).collect();
    let expected: Vec<_> = (0..5).flat_map(|ticket| (0..3).map(move |index| (ticket, index))).collect();
    assert_eq!(keys, expected);
    for completion in outcome.completions() {
        assert_eq!(completion.text, "<think>\na\n</think>\n\nb");
        assert_eq!(completion.finish_reason, FinishReason::Stop);
        assert_eq!((completion.num_tokens, completion.prompt_tokens), (5, 3));
    }
    assert_eq!(outcome.completions().len(), 15);
    let seen = server.seen.lock().expect("seen");
    assert!(seen[0].1.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{}", seen[0].1);
    let mut sent: Vec<_> = seen
        .iter()
        .map(|seen| (seen.2["messages"][0]["content"].to_string(), seen.2["seed"].as_u64()))
        .collect();
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), 15, "each sample is asked for with its own seed");
}

#[test]
fn chunks_of_n_and_a_server_that_ignores_n() {
    let server = Server::start(|_, request| ok(request));
    let outcome = run(Options { n_per_request: 4, ..options(&server) }, vec![request(0, 10)]);
    assert_eq!(outcome.completions().len(), 10);
    let mut sizes: Vec<_> =
        server.seen.lock().expect("seen").iter().map(|seen| seen.2["n"].as_u64().expect("n")).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [2, 4, 4]);

    let server = Server::start(|_, _| ok(&json!({"n": 1})));
    let outcome = run(Options { n_per_request: 4, ..options(&server) }, vec![request(0, 3)]);
    assert_eq!((outcome.completions().len(), server.requests()), (3, 3));
}

#[test]
fn retry_after_is_waited_for() {
    let server = Server::start(|number, request| match number {
        0 => Reply::Http(429, "retry-after: 1\r\n", "slow down".to_owned()),
        _ => ok(request),
    });
    let outcome = run(options(&server), vec![request(0, 1)]);
    assert_eq!(outcome.completions().len(), 1);
    let seen = server.seen.lock().expect("seen");
    let waited = seen[1].0 - seen[0].0;
    assert!(waited >= Duration::from_secs(1) && waited < Duration::from_secs(5), "{waited:?}");
}

#[test]
fn what_is_tried_again() {
    type Script = fn(usize, &Value) -> Reply;
    let table: [(&str, Script); 5] = [
        ("500, then 503, then fine", |number, request| match number {
            0 => Reply::Http(500, "", String::new()),
            1 => Reply::Http(503, "", String::new()),
            _ => ok(request),
        }),
        ("408, then 409, then fine", |number, request| match number {
            0 => Reply::Http(408, "", String::new()),
            1 => Reply::Http(409, "", String::new()),
            _ => ok(request),
        }),
        ("closed, then fine", |number, request| if number < 2 { Reply::Close } else { ok(request) }),
        ("broken off, then fine", |number, request| if number < 2 { Reply::BreakOff } else { ok(request) }),
        ("a date to wait for, then fine", |number, request| match number {
            0 | 1 => Reply::Http(503, "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n", String::new()),
            _ => ok(request),
        }),
    ];
    for (name, script) in table {
        let server = Server::start(script);
        let outcome = run(options(&server), vec![request(0, 1)]);
        assert!(outcome.result.is_ok(), "{name}");
        assert_eq!((outcome.completions().len(), server.requests()), (1, 3), "{name}: {:?}", outcome.answers);
    }
}

#[test]
fn what_costs_the_sample() {
    type Script = fn(usize, &Value) -> Reply;
    let table: [(&str, Script, usize, &str); 7] = [
        (
            "500 to the end",
            |_, _| Reply::Http(500, "", "boom".to_owned()),
            4,
            "HTTP 500: boom (given up after 4 tries)",
        ),
        ("closed to the end", |_, _| Reply::Close, 4, "given up after 4 tries"),
        (
            "400",
            |_, _| Reply::Http(400, "", "{\"error\": {\"message\": \"too long\"}}".to_owned()),
            1,
            "HTTP 400: too long",
        ),
        ("422", |_, _| Reply::Http(422, "", String::new()), 1, "HTTP 422"),
        ("no JSON", |_, _| Reply::Http(200, "", "{\"choices\": [".to_owned()), 1, "not a chat completion"),
        ("no choices", |_, _| Reply::Http(200, "", "{\"choices\": []}".to_owned()), 1, "no choices"),
        ("a body without end", |_, _| Reply::Endless, 1, "longer than"),
    ];
    for (name, script, requests, message) in table {
        let server = Server::start(script);
        let outcome = run(options(&server), vec![request(0, 1)]);
        assert!(outcome.result.is_ok(), "{name}: {:?}", outcome.result);
        assert!(outcome.error().contains(message), "{name}: {}", outcome.error());
        assert_eq!(server.requests(), requests, "{name}");
    }
}

#[test]
fn one_sample_of_several_may_fail() {
    let server = Server::start(|_, _| {
        let choice = |reason: &str| json!({"message": {"content": "b"}, "finish_reason": reason});
        let body = json!({"choices": [choice("stop"), choice("content_filter"), choice("length")]});
        Reply::Http(200, "", body.to_string())
    });
    let outcome = run(Options { n_per_request: 3, ..options(&server) }, vec![request(0, 3)]);
    let ends: Vec<_> =
        outcome.answers.iter().map(|a| a.result.as_ref().ok().map(|c| c.finish_reason)).collect();
    assert_eq!(ends, [Some(FinishReason::Stop), None, Some(FinishReason::Length)]);
}

#[test]
fn what_ends_the_run() {
    for (status, help) in
        [(401, "api_key_env"), (403, "api_key_env"), (404, "base_url"), (302, "base_url"), (402, "payment")]
    {
        let server = Server::start(move |_, _| Reply::Http(status, "location: /x\r\n", "no".to_owned()));
        let outcome = run(Options { concurrency: 1, ..options(&server) }, vec![request(0, 4)]);
        let error = outcome.result.expect_err("a failed run");
        assert!(error.to_string().contains(&format!("HTTP {status}: no")), "{error}");
        assert!(error.remedy().is_some_and(|remedy| remedy.contains(help)), "{error:?}");
        assert_eq!((outcome.answers.len(), server.requests()), (0, 1));
    }
    let server = Server::start(|_, _| Reply::Http(400, "", "unknown field top_k".to_owned()));
    let outcome = run(Options { concurrency: 1, ..options(&server) }, vec![request(0, 100)]);
    let error = outcome.result.expect_err("every request is refused");
    assert!(error.remedy().is_some_and(|remedy| remedy.contains("omit")), "{error:?}");
    assert_eq!(outcome.answers.len(), 31);
}

#[test]
fn nobody_at_the_address_ends_the_run() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let base_url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    drop(listener);
    let options = Options { base_url, model: "m".to_owned(), max_retries: 2, ..Options::default() };
    let outcome = run(options, vec![request(0, 2)]);
    let error = outcome.result.expect_err("nobody there");
    assert!(error.to_string().contains("given up after 3 tries"), "{error}");
}

#[test]
fn a_slow_answer_ends_at_the_time_limit() {
    let server = Server::start(|_, request| Reply::Late(Duration::from_secs(30), completions(request)));
    let options = Options { timeout_secs: 1, max_retries: 1, ..options(&server) };
    let outcome = run(options, vec![request(0, 1)]);
    assert!(outcome.error().contains("no answer within 1 s (given up after 2 tries)"), "{}", outcome.error());
    assert!(outcome.took < Duration::from_secs(10), "{:?}", outcome.took);
}

#[test]
fn no_more_than_concurrency_are_in_flight() {
    let server = Server::start(|_, request| Reply::Late(Duration::from_millis(20), completions(request)));
    let options = Options { concurrency: 5, ..options(&server) };
    let outcome = run(options, (0..8).map(|ticket| request(ticket, 6)).collect());
    assert_eq!(outcome.completions().len(), 48);
    assert_eq!(server.most_in_flight.load(Ordering::SeqCst), 5);
}

#[test]
fn drain_finishes_what_was_taken() {
    let server = Server::start(|_, request| Reply::Late(Duration::from_millis(400), completions(request)));
    let options = Options { concurrency: 2, ..options(&server) };
    let requests = (0..20).map(|ticket| request(ticket, 2)).collect();
    let outcome = run_with(options, requests, true, |stop| {
        std::thread::sleep(Duration::from_millis(150));
        stop.drain();
    });
    outcome.result.as_ref().expect("a run");
    assert_eq!(outcome.completions().len(), 2, "the request that was in flight is answered, no other");
    assert!(outcome.took < Duration::from_secs(3), "{:?}", outcome.took);
}

#[test]
fn abort_gives_up_at_once() {
    for reply in ["late", "waiting to try again"] {
        let server = Server::start(move |_, request| match reply {
            "late" => Reply::Late(Duration::from_secs(30), completions(request)),
            _ => Reply::Http(429, "retry-after: 60\r\n", String::new()),
        });
        let outcome = run_with(options(&server), vec![request(0, 2)], true, |stop| {
            std::thread::sleep(Duration::from_millis(200));
            stop.abort();
        });
        outcome.result.as_ref().expect("a run");
        assert!(outcome.answers.is_empty() && server.requests() == 2, "{reply}: {:?}", outcome.answers);
        assert!(outcome.took < Duration::from_secs(2), "{reply}: {:?}", outcome.took);
    }
}

#[test]
fn nobody_listening_ends_the_run() {
    let server = Server::start(|_, request| ok(request));
    let mut engine = OpenAi::new(options(&server), Sampling::default(), None).expect("an engine");
    let (request_sender, request_receiver) = mpsc::channel(64);
    let (answer_sender, answer_receiver) = mpsc::channel(4);
    drop(answer_receiver);
    request_sender.blocking_send(request(0, 2)).expect("room");
    let result = engine.run(request_receiver, answer_sender, Arc::default(), Arc::default());
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn the_key_is_sent_and_shown_nowhere() {
    let leaky = |status| {
        Server::start(move |_, _| {
            let body = json!({"error": {"message": "Incorrect API key provided:\u{1b}[2J sk-very-secret."}});
            Reply::Http(status, "", body.to_string())
        })
    };
    let server = leaky(400);
    let keyed =
        |server: &Server| Options { api_key_env: Some("KEY".to_owned()), max_retries: 0, ..options(server) };
    let error = run(keyed(&server), vec![request(0, 1)]).error();
    assert!(error.contains("Incorrect API key provided: [2J ***."), "{error:?}");
    assert!(server.seen.lock().expect("seen")[0].1.contains("authorization: Bearer sk-very-secret\r\n"));
    let error = run(keyed(&leaky(401)), vec![request(0, 1)]).result.expect_err("refused");
    assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");

    let engine = OpenAi::new(keyed(&server), Sampling::default(), Some("sk-very-secret".to_owned()))
        .expect("an engine");
    assert!(!format!("{engine:?} {}", engine.fingerprint()).contains("secret"));
    let bad = OpenAi::new(keyed(&server), Sampling::default(), Some("sk-secret\n".to_owned()))
        .expect_err("a line break");
    assert!(!format!("{bad} {bad:?}").contains("secret"), "{bad:?}");
    let unset = OpenAi::new(keyed(&server), Sampling::default(), None).expect_err("no key");
    assert!(unset.to_string().contains("environment variable KEY is not set"), "{unset}");
}

#[test]
fn options_out_of_range_are_named() {
    let good = Options { model: "m".to_owned(), ..Options::default() };
    assert_eq!(good.check(), Ok(()));
    let url = |base_url: &str| Options { base_url: base_url.to_owned(), ..good.clone() };
    let extra = |key: &str| Options {
        extra_body: [(key.to_owned(), json!(1))].into_iter().collect(),
        ..good.clone()
    };
    for (options, key) in [
        (Options { model: String::new(), ..good.clone() }, "model"),
        (url("localhost:8000"), "base_url"),
        (url("ftp://x/v1"), "base_url"),
        (url("http://me:secret@x/v1"), "base_url"),
        (url("http://x/v1?key=secret"), "base_url"),
        (Options { concurrency: 0, ..good.clone() }, "concurrency"),
        (Options { timeout_secs: 0, ..good.clone() }, "timeout_secs"),
        (Options { n_per_request: 65, ..good.clone() }, "n_per_request"),
        (Options { omit: vec!["messages".to_owned()], ..good.clone() }, "omit"),
        (extra("temperature"), "extra_body"),
        (extra("stream"), "extra_body"),
    ] {
        let (named, message) = options.check().expect_err(key);
        assert_eq!(named, key, "{message}");
        assert!(!message.contains("secret"), "{message}");
    }
    assert_eq!(extra("min_tokens").check(), Ok(()));
}

#[test]
fn the_fingerprint_follows_what_changes_the_text() {
    let fingerprint = |options: Options| {
        OpenAi::new(options, Sampling::default(), None).expect("an engine").fingerprint().to_owned()
    };
    let base = Options { model: "m".to_owned(), ..Options::default() };
    let first = fingerprint(base.clone());
    assert!(first.starts_with("openai:http://127.0.0.1:8000/v1:m:"), "{first}");
    let same = Options { concurrency: 1, base_url: format!("{}/", base.base_url), ..base.clone() };
    assert_eq!(fingerprint(same), first);
    let extra_body = [("min_tokens".to_owned(), json!(1))].into_iter().collect();
    assert_ne!(fingerprint(Options { extra_body, ..base.clone() }), first);
    assert_ne!(fingerprint(Options { model: "n".to_owned(), ..base }), first);
}

#[test]
fn options_survive_a_toml_file() {
    let text = "model = \"m\"\napi_key_env = \"KEY\"\nomit = [\"top_k\"]\n[extra_body.chat_template_kwargs]\nthinking = true\n";
    let options: Options = toml::from_str(text).expect("options");
    assert_eq!(options.extra_body["chat_template_kwargs"], json!({"thinking": true}));
    let written = toml::to_string(&options).expect("TOML");
    assert_eq!(toml::from_str::<Options>(&written).expect("options again"), options);
    assert!(written.contains("timeout_secs = 600"), "every default is written out: {written}");
    let https = Options { base_url: "https://example.com/v1".to_owned(), api_key_env: None, ..options };
    OpenAi::new(https, Sampling::default(), None).expect("a TLS client, which needs a provider");
}
