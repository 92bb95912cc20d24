//! The protocol's JSON. Out: the body of a request. In: the bytes of an answer, as completions.
//! Pure; anything unexpected in an answer is an error value.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Options, Sample, Sampling};
use crate::error::{Error, Result};
use crate::format::think;
use crate::record::{Completion, FinishReason, Message};

/// Fields of the body that `omit` may name.
pub(super) const MAY_BE_OMITTED: [&str; 9] = [
    "max_tokens",
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "presence_penalty",
    "frequency_penalty",
    "repetition_penalty",
    "seed",
];

/// True for a field that the engine itself sends.
pub(super) fn is_own(key: &str) -> bool {
    MAY_BE_OMITTED.contains(&key) || matches!(key, "model" | "messages" | "n" | "stop" | "stream")
}

/// The body of a request for `samples`, at least one, of a chat.
pub(super) fn body(
    options: &Options,
    sampling: &Sampling,
    messages: &[Message],
    samples: &[Sample],
) -> Value {
    // Servers differ in the width of a seed (llama.cpp takes 32 bits, others signed ones): 31 bits
    // fit all, and are enough to tell a prompt's samples apart.
    let seed = samples.first().map_or(0, |sample| sample.seed >> 33);
    // 0 is "off" here; SGLang and older vLLM want -1 for it, and the others take that too.
    let top_k = if sampling.top_k == 0 { -1 } else { i64::from(sampling.top_k) };
    let mut body = json!({
        "model": options.model,
        "messages": messages,
        "n": samples.len(),
        "max_tokens": sampling.max_new_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": top_k,
        "min_p": sampling.min_p,
        // vLLM takes what is not sent from the model's generation_config, which may hold penalties.
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "repetition_penalty": 1.0,
        "seed": seed,
        "stream": false,
    });
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|key, _| !options.omit.contains(key));
        if !sampling.stop.is_empty() {
            fields.insert("stop".to_owned(), json!(sampling.stop));
        }
        fields.extend(options.extra_body.clone());
    }
    body
}

/// Upper bound of an answer to a request of `samples` samples, in bytes: what fits every token
/// (256 bytes each, which leaves room for JSON's `\uXXXX` and for longer tokens), at most 64 MiB.
pub(super) fn body_limit(sampling: &Sampling, samples: usize) -> usize {
    (sampling.max_new_tokens as usize)
        .saturating_mul(samples)
        .saturating_mul(256)
        .saturating_add(1 << 20)
        .min(64 << 20)
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Map<String, Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: Value,
    #[serde(default)]
    message: Map<String, Value>,
    #[serde(default)]
    finish_reason: Value,
}

/// Reads the answer to a request for `wanted` samples: one result per choice, in the order of their
/// indices, at most `wanted` and at least one.
///
/// # Errors
/// The answer is not JSON of this protocol, or has no choices.
pub(super) fn read(bytes: &[u8], wanted: usize) -> Result<Vec<Result<Completion>>, String> {
    let response: Response = serde_json::from_slice(bytes)
        .map_err(|error| format!("the answer is not a chat completion: {error}"))?;
    let mut choices = response.choices;
    choices.sort_by_key(|choice| choice.index.as_u64().unwrap_or(u64::MAX));
    let texts: Vec<Result<(String, FinishReason)>> = choices.into_iter().map(read_choice).collect();
    if texts.is_empty() {
        return Err("the answer has no choices".to_owned());
    }
    let count = |key| response.usage.get(key).and_then(Value::as_u64);
    let lengths: Vec<usize> =
        texts.iter().map(|text| text.as_ref().map_or(0, |(text, _)| text.len())).collect();
    let tokens = split_tokens(count("completion_tokens"), &lengths);
    let prompt_tokens = clamp(count("prompt_tokens").unwrap_or(0));
    let completions = texts.into_iter().zip(tokens).map(|(text, num_tokens)| {
        text.map(|(text, finish_reason)| Completion { text, finish_reason, num_tokens, prompt_tokens })
    });
    Ok(completions.take(wanted).collect())
}

fn clamp(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Tokens of each choice. The protocol counts those of all choices together: with one choice that is
/// its count, with several each gets a share by the length of its text. Without a count, 4 bytes a
/// token.
fn split_tokens(total: Option<u64>, lengths: &[usize]) -> Vec<u32> {
    let bytes: u128 = lengths.iter().map(|&length| length as u128).sum();
    let share = |length: usize| match total {
        Some(total) if lengths.len() == 1 => total,
        // Not above `total`: a part of the bytes is at most all of them.
        Some(total) => (u128::from(total) * length as u128).checked_div(bytes).unwrap_or(0) as u64,
        None => length.div_ceil(4) as u64,
    };
    lengths.iter().map(|&length| clamp(share(length))).collect()
}

fn read_choice(choice: Choice) -> Result<(String, FinishReason)> {
    let finish_reason = match choice.finish_reason.as_str() {
        Some("stop" | "eos" | "eos_token" | "stop_sequence") => FinishReason::Stop,
        Some("length" | "max_tokens") => FinishReason::Length,
        // vLLM's repetition detection.
        Some("repetition") => FinishReason::Loop,
        Some(other) => {
            let other: String = other.chars().filter(|c| !c.is_control()).take(40).collect();
            return Err(Error::failed(format!("the server ended the sample with finish_reason `{other}`")));
        }
        None => return Err(Error::failed("the server's choice has no finish_reason")),
    };
    let field =
        |key: &str| choice.message.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let reasoning = field("reasoning").or_else(|| field("reasoning_content"));
    let content = field("content");
    if reasoning.is_none() && content.is_none() {
        return Err(Error::failed("the server's choice has no text"));
    }
    Ok((assistant_text(reasoning, content.unwrap_or_default(), finish_reason), finish_reason))
}

/// The assistant's text, beginning with `<think>` wherever the server told reasoning and answer apart
/// or a closing tag shows that the chat template had opened the block.
fn assistant_text(reasoning: Option<&str>, content: &str, finish_reason: FinishReason) -> String {
    match reasoning {
        // Cut while it was still thinking: the block was never closed, and must not look as if.
        Some(reasoning) if content.is_empty() && finish_reason != FinishReason::Stop => {
            format!("{}\n{}", think::OPEN, reasoning.trim())
        }
        Some(reasoning) => think::join(reasoning, content),
        None => think::opened(content).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Role;
    use proptest::prelude::*;

    #[test]
    fn every_parameter_is_sent() {
        let options = Options {
            model: "m".to_owned(),
            omit: vec!["min_p".to_owned(), "max_tokens".to_owned()],
            extra_body: json!({"max_tokens": 9, "chat_template_kwargs": {"thinking": true}})
                .as_object()
                .cloned()
                .expect("an object"),
            ..Options::default()
        };
        let sampling = Sampling { stop: vec!["END".to_owned()], top_p: 0.5, ..Sampling::default() };
        let samples = [Sample { index: 4, seed: u64::MAX }, Sample { index: 5, seed: 1 }];
        let body = body(&options, &sampling, &[Message::new(Role::User, "hi")], &samples);
        let expected = json!({
            "model": "m", "messages": [{"role": "user", "content": "hi"}], "n": 2, "temperature": 1.0,
            "top_p": 0.5, "top_k": -1, "presence_penalty": 0.0, "frequency_penalty": 0.0,
            "repetition_penalty": 1.0, "seed": 0x7fff_ffff, "stream": false, "stop": ["END"],
            "max_tokens": 9, "chat_template_kwargs": {"thinking": true},
        });
        assert_eq!(body, expected);
    }

    /// One choice with `message` and `finish_reason`, as read.
    fn one(message: Value, finish_reason: Value) -> Result<Completion, String> {
        let answer = json!({"choices": [{"message": message, "finish_reason": finish_reason}],
            "usage": {"completion_tokens": 7, "prompt_tokens": 3}});
        let mut results = read(answer.to_string().as_bytes(), 1)?;
        results.remove(0).map_err(|error| error.to_string())
    }

    #[test]
    fn texts_table() {
        for (message, finish_reason, text) in [
            (json!({"content": "a"}), "stop", "a"),
            (json!({"content": "<think>a</think>b"}), "stop", "<think>a</think>b"),
            (json!({"content": "a</think>b"}), "stop", "<think>\na</think>b"),
            (json!({"content": "b", "reasoning": "a"}), "stop", "<think>\na\n</think>\n\nb"),
            (json!({"content": "b", "reasoning_content": "a"}), "stop", "<think>\na\n</think>\n\nb"),
            (
                json!({"content": "b", "reasoning": null, "reasoning_content": "a"}),
                "stop",
                "<think>\na\n</think>\n\nb",
            ),
            (
                json!({"content": "c", "reasoning": "a", "reasoning_content": "b"}),
                "stop",
                "<think>\na\n</think>\n\nc",
            ),
            (json!({"content": null, "reasoning": "a"}), "length", "<think>\na"),
            (json!({"content": "b", "reasoning": "a"}), "length", "<think>\na\n</think>\n\nb"),
            (json!({"content": null, "reasoning": "a"}), "stop", "<think>\na\n</think>\n\n"),
        ] {
            let completion = one(message.clone(), json!(finish_reason)).expect("a completion");
            assert_eq!(completion.text, text, "{message}");
            assert_eq!((completion.num_tokens, completion.prompt_tokens), (7, 3));
        }
    }

    #[test]
    fn ends_table() {
        for (finish_reason, expected) in [
            (json!("stop"), Ok(FinishReason::Stop)),
            (json!("length"), Ok(FinishReason::Length)),
            (json!("repetition"), Ok(FinishReason::Loop)),
            (json!("content_filter"), Err("content_filter")),
            (json!("tool_calls"), Err("tool_calls")),
            (json!(null), Err("finish_reason")),
            (json!(3), Err("finish_reason")),
        ] {
            match (one(json!({"content": "a"}), finish_reason.clone()), expected) {
                (Ok(completion), Ok(expected)) => assert_eq!(completion.finish_reason, expected),
                (Err(message), Err(part)) => assert!(message.contains(part), "{message}"),
                (got, _) => panic!("{finish_reason}: {got:?}"),
            }
        }
    }

    #[test]
    fn choices_come_in_order_and_share_the_tokens() {
        let choice = |index: u64, content: &str| json!({"index": index, "message": {"content": content}, "finish_reason": "stop"});
        let answer = json!({"choices": [choice(1, "bbbb"), choice(0, "aaaaaaaaaaaa")],
            "usage": {"completion_tokens": 8, "prompt_tokens": 3}});
        let read = |wanted| -> Vec<(String, u32)> {
            let results = read(answer.to_string().as_bytes(), wanted).expect("choices");
            results
                .into_iter()
                .map(|result| result.expect("a completion"))
                .map(|c| (c.text, c.num_tokens))
                .collect()
        };
        assert_eq!(read(2), [("aaaaaaaaaaaa".to_owned(), 6), ("bbbb".to_owned(), 2)]);
        assert_eq!(read(1), [("aaaaaaaaaaaa".to_owned(), 6)]);
    }

    #[test]
    fn tokens_table() {
        for (total, lengths, expected) in [
            (Some(9), &[100][..], &[9][..]),
            (None, &[9, 0], &[3, 0]),
            (Some(9), &[0, 0], &[0, 0]),
            (Some(u64::MAX), &[1, 1], &[u32::MAX, u32::MAX]),
        ] {
            assert_eq!(split_tokens(total, lengths), expected);
        }
    }

    #[test]
    fn answers_that_are_none_are_errors() {
        for answer in [
            "",
            "null",
            "[]",
            "{}",
            "{\"choices\": []}",
            "{\"choices\": null}",
            "{\"choices\": [3]}",
            "{\"error\": {\"message\": \"overloaded\"}}",
            "<html>",
            "{\"choices\": [{\"message\": 3}]}",
            "{\"choices\": [{",
            "{\"choices\": [{}], \"usage\": 3}",
        ] {
            assert!(read(answer.as_bytes(), 1).is_err(), "{answer}");
        }
        for choice in [
            "{}",
            "{\"finish_reason\": \"stop\"}",
            "{\"finish_reason\": \"stop\", \"message\": {\"content\": [1]}}",
        ] {
            let results = read(format!("{{\"choices\": [{choice}]}}").as_bytes(), 1).expect("a choice");
            assert!(results[0].is_err(), "{choice}");
        }
        let deep = "[".repeat(1 << 20);
        assert!(read(deep.as_bytes(), 1).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), wanted in 0usize..3) {
            let _ = read(&bytes, wanted);
        }
    }
}
