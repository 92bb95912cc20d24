//! A row of another dataset as an example. In: the row's columns. Out: the example, or what it lacks. It asks for
//! a chat that ends with the assistant, or a problem and a solution; whether the answer is right is not known.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::corpus::mix::Add;
use crate::format::think::{self, Malformed, Parts};
use crate::prompts::files;
use crate::record::{Example, Message, Prompt, Role};

/// Columns that describe an example, as our own corpora have them: taken where a row has them in our form, else
/// left empty, since in another dataset they may mean anything.
pub const OTHERS: [&str; 9] =
    ["source", "domain", "num_tokens", "pass_rate", "model", "seed", "sample_index", "entry_point", "tests"];

/// The example that a row is; `id` and `name` are what it and its source are called where it does not say.
///
/// # Errors
/// A sentence that says what the row lacks.
pub fn example(add: &Add, row: &Map<String, Value>, id: String, name: &str) -> Result<Example, String> {
    let problem = text(row, &add.problem, "problem")?;
    let (messages, asked) = match column(row, &add.messages, "messages")? {
        Some(chat) => chat_of(chat, &add.messages)?,
        None => {
            let problem = problem.ok_or_else(|| lacks(add, row))?;
            let solution = text(row, &add.solution, "solution")?.ok_or_else(|| lacks(add, row))?;
            let answer = match text(row, &add.reasoning, "reasoning")? {
                Some(reasoning) => think::join(reasoning, solution),
                None => solution.to_owned(),
            };
            let messages = vec![Message::new(Role::User, problem), Message::new(Role::Assistant, answer)];
            (messages, problem.to_owned())
        }
    };
    let answer = messages.last().map_or("", |message| &message.content);
    let (reasoning, solution) = match think::split(answer) {
        Ok(Parts { reasoning, solution }) => (reasoning.to_owned(), solution.to_owned()),
        Err(Malformed::Missing) => (String::new(), answer.trim().to_owned()),
        Err(_) => return Err("the think tags of its answer are not one block at the start".to_owned()),
    };
    let said = |name: &str| row.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let count =
        |name: &str| row.get(name).and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok());
    let rate = row.get("pass_rate").and_then(Value::as_f64);
    Ok(Example {
        uuid: Example::name(&id, 0, answer),
        prompt: Arc::new(Prompt {
            id,
            source: add.source.as_deref().or(said("source")).unwrap_or(name).to_owned(),
            domain: add.domain.as_deref().or(said("domain")).unwrap_or("general").to_owned(),
            problem: problem.map_or(asked, str::to_owned),
            answer: answer_of(row, &add.answer)?,
            entry_point: said("entry_point").map(str::to_owned),
            tests: files::tests(row.get("tests")).unwrap_or_default(),
            difficulty: None,
        }),
        reasoning,
        solution,
        messages,
        num_tokens: count("num_tokens"),
        pass_rate: rate.filter(|rate| (0.0..=1.0).contains(rate)),
        model: said("model").map(str::to_owned),
        seed: row.get("seed").and_then(Value::as_u64),
        sample_index: count("sample_index"),
        rejected: None,
    })
}

/// A column that a row may lack under its usual name, but not under one that the config gives it.
fn column<'r>(row: &'r Map<String, Value>, name: &str, usual: &str) -> Result<Option<&'r Value>, String> {
    if name == usual { Ok(row.get(name).filter(|value| !value.is_null())) } else { files::column(row, name) }
}

/// The text of a column; `None` where there is nothing but white space.
fn text<'r>(row: &'r Map<String, Value>, name: &str, usual: &str) -> Result<Option<&'r str>, String> {
    match column(row, name, usual)? {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.trim().is_empty())),
        Some(other) => Err(files::not(name, other, "a text")),
    }
}

fn answer_of(row: &Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    column(row, name, "answer")?.map(|value| files::word(name, value)).transpose()
}

fn lacks(add: &Add, row: &Map<String, Value>) -> String {
    let names: Vec<&str> = row.keys().take(20).map(String::as_str).collect();
    format!(
        "there is neither a chat in `{}` nor a text in both `{}` and `{}`; the row has: {}",
        add.messages,
        add.problem,
        add.solution,
        names.join(", ")
    )
}

/// The chat, and what its last answer was asked.
fn chat_of(chat: &Value, name: &str) -> Result<(Vec<Message>, String), String> {
    let messages: Vec<Message> = serde_json::from_value(chat.clone())
        .map_err(|error| format!("the column `{name}` is no chat of `role` and `content`: {error}"))?;
    match messages.split_last() {
        Some((answer, before)) if answer.role == Role::Assistant && !answer.content.trim().is_empty() => {
            let asked = before.iter().rev().find(|message| message.role == Role::User);
            let asked = asked.ok_or("nobody asks anything in the chat")?.content.clone();
            Ok((messages, asked))
        }
        _ => Err("the chat does not end with an answer of the assistant".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(add: &str, row: Value) -> Result<Example, String> {
        let add: Add = toml::from_str(&format!("path = \"a\"\n{add}")).expect("options");
        let Value::Object(row) = row else { panic!("a row is a table") };
        example(&add, &row, "mix0/a:0".to_owned(), "a")
    }

    #[test]
    fn rows_that_are_examples() {
        let chat = json!([{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi?"},
            {"role": "assistant", "content": "<think>\nhm\n</think>\n\nHello."}]);
        for (add, row, problem, reasoning, solution, source, domain) in [
            ("", json!({"messages": chat}), "Hi?", "hm", "Hello.", "a", "general"),
            (
                "",
                json!({"messages": chat, "problem": "Greet.", "source": "s", "domain": "d"}),
                "Greet.",
                "hm",
                "Hello.",
                "s",
                "d",
            ),
            (
                "source = \"x\"\ndomain = \"y\"",
                json!({"messages": chat, "source": "s", "domain": "d"}),
                "Hi?",
                "hm",
                "Hello.",
                "x",
                "y",
            ),
            ("", json!({"problem": "1+1?", "solution": "2"}), "1+1?", "", "2", "a", "general"),
            (
                "",
                json!({"problem": "1+1?", "reasoning": "one, two", "solution": "2", "messages": null}),
                "1+1?",
                "one, two",
                "2",
                "a",
                "general",
            ),
            (
                "",
                json!({"problem": "1+1?", "reasoning": " ", "solution": "<think>t</think>2"}),
                "1+1?",
                "t",
                "2",
                "a",
                "general",
            ),
            (
                "problem = \"q\"\nsolution = \"r\"",
                json!({"q": "1+1?", "r": "2", "source": ""}),
                "1+1?",
                "",
                "2",
                "a",
                "general",
            ),
            ("messages = \"m\"", json!({"m": chat}), "Hi?", "hm", "Hello.", "a", "general"),
        ] {
            let found = read(add, row.clone()).unwrap_or_else(|what| panic!("{row}: {what}"));
            assert_eq!(
                (&*found.prompt.problem, &*found.reasoning, &*found.solution),
                (problem, reasoning, solution),
                "{row}"
            );
            assert_eq!((&*found.prompt.source, &*found.prompt.domain), (source, domain), "{row}");
            let answer = found.messages.last().expect("an answer");
            assert_eq!(answer.role, Role::Assistant);
            assert!(answer.content.contains(solution));
            assert_eq!(found.messages.len(), if row.to_string().contains("Be kind.") { 3 } else { 2 });
        }
    }

    #[test]
    fn what_a_row_of_our_own_says_is_kept_and_anything_else_is_not_guessed() {
        let ours = json!({"problem": "p", "solution": "s", "answer": 4, "num_tokens": 7, "pass_rate": 0.5,
            "model": "m", "seed": u64::MAX, "sample_index": 3, "entry_point": "f",
            "tests": "[{\"call\":{\"args\":[1],\"expected\":2}}]"});
        let found = read("", ours).expect("an example");
        assert_eq!(
            (found.num_tokens, found.pass_rate, found.model.as_deref()),
            (Some(7), Some(0.5), Some("m"))
        );
        assert_eq!((found.seed, found.sample_index), (Some(u64::MAX), Some(3)));
        assert_eq!((found.prompt.answer.as_deref(), found.prompt.tests.len()), (Some("4"), 1));
        let theirs = json!({"problem": "p", "solution": "s", "num_tokens": "many", "pass_rate": 55, "model": ["x"],
            "seed": -1, "sample_index": 1.5, "tests": "see below"});
        let found = read("", theirs).expect("an example");
        assert_eq!((found.num_tokens, found.pass_rate, found.model), (None, None, None));
        assert_eq!((found.seed, found.sample_index, found.prompt.tests.len()), (None, None, 0));
    }

    #[test]
    fn rows_that_are_none() {
        let user = json!({"role": "user", "content": "Hi?"});
        let said = |text: &str| json!({"role": "assistant", "content": text});
        for (add, row, says) in [
            ("", json!({"text": "x"}), "neither a chat in `messages`"),
            ("", json!({"problem": "p", "solution": "  "}), "nor a text in both `problem` and `solution`"),
            ("", json!({"problem": 7, "solution": "s"}), "`problem` holds a number, not a text"),
            ("", json!({"messages": "Hi"}), "no chat"),
            ("", json!({"messages": [{"from": "human", "value": "Hi"}]}), "no chat"),
            ("", json!({"messages": [{"role": "tool", "content": "Hi"}]}), "no chat"),
            ("", json!({"messages": []}), "does not end with an answer"),
            ("", json!({"messages": [user]}), "does not end with an answer"),
            ("", json!({"messages": [user, said(" ")]}), "does not end with an answer"),
            ("", json!({"messages": [said("Hello.")]}), "nobody asks"),
            ("", json!({"messages": [user, said("<think>never closed")]}), "think tags"),
            ("", json!({"messages": [user, said("Well. <think>a</think>b")]}), "think tags"),
            ("", json!({"problem": "p", "reasoning": "a</think>b", "solution": "s"}), "think tags"),
            ("messages = \"chat\"", json!({"messages": [user, said("x")]}), "no column `chat`"),
            ("", json!({"problem": "p", "solution": "s", "answer": [1]}), "`answer` holds a list"),
        ] {
            let what = read(add, row.clone()).expect_err("no example");
            assert!(what.contains(says), "{row}: {what}");
        }
    }
}
