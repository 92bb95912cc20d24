//! A checkpoint's chat template (Jinja), rendered as transformers renders it.
//!
//! In: messages. Out: the text the model sees, and its ids. It never samples and never adds a
//! message of its own.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Kwargs;
use minijinja::{Environment, ErrorKind, Value, context};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::tokenizer::Tokenizer;
use crate::record::Message;

/// A template may execute this many instructions; a chat takes a few thousand.
const FUEL: u64 = 50_000_000;

/// The day that `strftime_now` tells: fixed, so that the same chat renders the same on any day. It is
/// the day that Llama 3's templates assume where they are told none.
const TODAY: (&str, &str, &str, &str) = ("26", "Jul", "07", "2024");

/// A compiled chat template.
#[derive(Debug)]
pub struct ChatTemplate {
    environment: Environment<'static>,
    source: String,
    bos_token: String,
    eos_token: String,
}

impl ChatTemplate {
    /// Compiles `source`. `bos_token` and `eos_token` are handed to the template.
    ///
    /// # Errors
    /// When the template is not valid Jinja.
    pub fn new(source: &str, bos_token: Option<&str>, eos_token: Option<&str>) -> Result<Self> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(
            syntax.map_err(|e| Error::failed("the template engine refused its settings").caused_by(e))?,
        );
        environment.set_fuel(Some(FUEL));
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |what: String| -> Result<Value, minijinja::Error> {
            Err(minijinja::Error::new(ErrorKind::InvalidOperation, what))
        });
        environment.add_function("strftime_now", |format: &str| today(format));
        environment.add_filter("tojson", to_json);
        environment
            .add_template_owned("chat", without_generation_tags(source))
            .map_err(|e| Error::config("the chat template is not valid").caused_by(e))?;
        Ok(Self {
            environment,
            source: source.to_owned(),
            bos_token: bos_token.unwrap_or_default().to_owned(),
            eos_token: eos_token.unwrap_or_default().to_owned(),
        })
    }

    /// The template as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The chat as text; `add_generation_prompt` opens the assistant's turn.
    ///
    /// # Errors
    /// When the template refuses the messages.
    pub fn render(&self, messages: &[Message], add_generation_prompt: bool) -> Result<String> {
        let failed = |e: minijinja::Error| Error::failed("the chat template refused the chat").caused_by(e);
        let chat: Vec<Value> = messages
            .iter()
            .map(|m| Value::from_pairs([("role", m.role.as_str()), ("content", m.content.as_str())]))
            .collect();
        let template = self.environment.get_template("chat").map_err(failed)?;
        template
            .render(context! {
                messages => chat,
                add_generation_prompt => add_generation_prompt,
                bos_token => &self.bos_token,
                eos_token => &self.eos_token,
            })
            .map_err(failed)
    }

    /// The ids of the rendered chat. Special tokens written inside a message are letters like others.
    ///
    /// # Errors
    /// When the template refuses the messages, or the tokenizer fails.
    pub fn encode(
        &self,
        tokenizer: &Tokenizer,
        messages: &[Message],
        add_generation_prompt: bool,
    ) -> Result<Vec<u32>> {
        if !messages.iter().any(|m| tokenizer.has_special(&m.content)) {
            return tokenizer.encode_template(&self.render(messages, add_generation_prompt)?);
        }
        let guarded: Vec<Message> =
            messages.iter().map(|m| Message::new(m.role, tokenizer.guard(&m.content))).collect();
        tokenizer.encode_guarded(&self.render(&guarded, add_generation_prompt)?)
    }
}

/// `{% generation %}` marks the assistant's text for training libraries; rendering ignores it.
fn without_generation_tags(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(start) = rest.find("{%") {
        let Some(len) = rest[start..].find("%}") else { break };
        let inner = &rest[start + 2..start + len];
        let word = inner.trim_matches(|c: char| c.is_whitespace() || c == '-' || c == '+');
        out.push_str(&rest[..start + 2]);
        if matches!(word, "generation" | "endgeneration") {
            out.push_str(&inner.replace(word, "set generation_mark = 0"));
        } else {
            out.push_str(inner);
        }
        out.push_str("%}");
        rest = &rest[start + len + 2..];
    }
    out + rest
}

fn today(format: &str) -> String {
    let (day, month, month_number, year) = TODAY;
    [
        ("%d", day),
        ("%b", month),
        ("%B", "July"),
        ("%m", month_number),
        ("%Y", year),
        ("%y", &year[2..]),
        ("%A", "Friday"),
        ("%a", "Fri"),
        ("%H", "00"),
        ("%M", "00"),
        ("%S", "00"),
    ]
    .iter()
    .fold(format.to_owned(), |text, (code, value)| text.replace(code, value))
}

/// JSON as Python's `json.dumps(…, ensure_ascii=False)` writes it; the built-in filter escapes HTML.
fn to_json(value: &Value, kwargs: Kwargs) -> Result<Value, minijinja::Error> {
    let indent: Option<usize> = kwargs.get("indent")?;
    let _: Option<bool> = kwargs.get("ensure_ascii")?;
    kwargs.assert_all_used()?;
    let mut out = Vec::new();
    let done = match indent {
        Some(n) => {
            let indent = " ".repeat(n.min(16));
            let formatter = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
            value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, formatter))
        }
        None => value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Spaced)),
    };
    let wrong = |e: String| minijinja::Error::new(ErrorKind::InvalidOperation, e);
    done.map_err(|e| wrong(e.to_string()))?;
    String::from_utf8(out).map(Value::from_safe_string).map_err(|e| wrong(e.to_string()))
}

/// `", "` and `": "`, as Python does.
struct Spaced;

impl serde_json::ser::Formatter for Spaced {
    fn begin_array_value<W: std::io::Write + ?Sized>(
        &mut self,
        w: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        if first { Ok(()) } else { w.write_all(b", ") }
    }

    fn begin_object_key<W: std::io::Write + ?Sized>(
        &mut self,
        w: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        if first { Ok(()) } else { w.write_all(b", ") }
    }

    fn begin_object_value<W: std::io::Write + ?Sized>(&mut self, w: &mut W) -> std::io::Result<()> {
        w.write_all(b": ")
    }
}

/// ChatML, as the models trained here use it.
pub const CHATML: &str = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + \
    message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}\
    {{ '<|im_start|>assistant\\n' }}{% endif %}";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Role;

    fn chat() -> Vec<Message> {
        vec![Message::new(Role::System, "Be <b>."), Message::new(Role::User, " Hi ")]
    }

    #[test]
    fn chatml_is_rendered() {
        let t = ChatTemplate::new(CHATML, None, None).unwrap();
        assert_eq!(
            t.render(&chat(), true).unwrap(),
            "<|im_start|>system\nBe <b>.<|im_end|>\n<|im_start|>user\n Hi <|im_end|>\n<|im_start|>assistant\n"
        );
    }

    #[test]
    fn what_published_templates_use_works() {
        for (source, expected) in [
            ("{{ bos_token }}{{ messages[1].content | trim }}{{ eos_token }}", "<s>Hi</s>"),
            ("{{ messages[1]['content'].strip() }}", "Hi"),
            (
                "{% for m in messages %}\n  {% if loop.last %}\nx{{ m.role }}\n  {% endif %}\n{% endfor %}",
                "xuser\n",
            ),
            ("{{ messages[0].content.split('<')[-1] }}", "b>."),
            (
                "{{ messages | tojson }}",
                r#"[{"role": "system", "content": "Be <b>."}, {"role": "user", "content": " Hi "}]"#,
            ),
            (
                "{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
                "2",
            ),
            ("{%- if tools is defined and tools %}t{% else %}n{% endif %}", "n"),
            ("{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% endif %}", "26 Jul 2024"),
            ("a {%- generation -%} b {%- endgeneration %} c", "ab c"),
            (
                "{% for m in messages[::-1] %}{% if m.role == 'system' %}{% break %}{% endif %}{{ m.role }}{% endfor %}",
                "user",
            ),
            (
                "{% if messages[0].role.startswith('sys') and not enable_thinking is defined %}yes{% endif %}",
                "yes",
            ),
        ] {
            let t = ChatTemplate::new(source, Some("<s>"), Some("</s>")).unwrap();
            assert_eq!(t.render(&chat(), false).unwrap(), expected, "{source}");
        }
    }

    #[test]
    fn refusals_and_mistakes_are_errors() {
        let t = ChatTemplate::new("{{ raise_exception('no system role') }}", None, None).unwrap();
        assert!(t.render(&chat(), false).unwrap_err().to_string().contains("no system role"));
        assert!(ChatTemplate::new("{% for %}", None, None).is_err());
        let endless =
            "{% for a in range(9999) %}{% for b in range(9999) %}{{ a * b }}{% endfor %}{% endfor %}";
        assert!(ChatTemplate::new(endless, None, None).unwrap().render(&chat(), false).is_err());
    }

    #[test]
    fn a_message_cannot_close_its_turn() {
        let tokenizer = crate::model::tokenizer::tests::tiny();
        let t = ChatTemplate::new(CHATML, None, None).unwrap();
        let count = |content: &str| {
            let ids = t.encode(&tokenizer, &[Message::new(Role::User, content)], true).unwrap();
            (ids.iter().filter(|&&id| id == 258).count(), tokenizer.decode(&ids))
        };
        assert_eq!(count("a"), (1, "user\na\nassistant\n".to_owned()));
        assert_eq!(count("a<|im_end|>b"), (1, "user\na<|im_end|>b\nassistant\n".to_owned()));
    }
}
