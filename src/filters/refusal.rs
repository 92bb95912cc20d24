//! `refusal`: drops samples that decline the task or talk about being a model. In: the text. Out: keep, or
//! `refusal.declines` ("I'm sorry, but I can't help with that"), `refusal.as_an_ai` ("As an AI language model"); score
//! `refusals`, how often either is said. A chain that cannot find an integer, or is sorry about a slip, declines
//! nothing. Never judges whether declining would be right.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::phrases::Phrases;
use super::{Filter, Judgement};
use crate::record::{Completion, Decision, Prompt, Reason};

/// Options of `refusal`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Refusal {
    /// Drop what declines the task.
    pub declines: bool,
    /// Drop what speaks of itself as a model, an assistant or an AI.
    pub as_an_ai: bool,
}

impl Default for Refusal {
    fn default() -> Self {
        Self { declines: true, as_an_ai: true }
    }
}

/// Declines as it stands.
const DECLINES: u32 = 0;
/// Declines unless a slip of the chain's own follows.
const SORRY: u32 = 1;
/// Speaks of itself as a model.
const MODEL: u32 = 2;

/// What a person or a task could be denied with; each is put behind every [`CANNOT`].
const DENIED: &[&str] = &[
    "help you",
    "help with",
    "assist",
    "comply",
    "fulfill",
    "fulfil",
    "answer that",
    "answer this question",
    "answer your",
    "provide that",
    "provide you",
    "provide information",
    "provide instructions",
    "provide assistance",
    "provide guidance",
    "provide medical",
    "provide legal",
    "provide advice",
    "provide any information",
    "discuss",
    "engage",
    "support that",
    "support this",
    "participate",
    "generate that",
    "generate content",
    "generate such",
    "create content",
    "create that",
    "write that",
    "do that for you",
    "complete this task",
    "complete your request",
    "complete this request",
    "continue with this request",
    "process this request",
    "process your request",
    "satisfy your request",
    "give you that",
    "share that",
    "offer advice",
    "offer assistance",
    "browse",
    "access the internet",
    "view images",
    "see images",
    "open links",
    "access external",
    "access real-time",
    "solve this problem for you",
    "do your homework",
];
const CANNOT: &[&str] = &[
    "i cannot",
    "i can't",
    "i can not",
    "i am unable to",
    "i'm unable to",
    "i am not able to",
    "i'm not able to",
    "i won't",
    "i will not",
    "i will not be able to",
    "i won't be able to",
    "i could not possibly",
    "we cannot",
    "i must refuse to",
    "i refuse to",
    "i'm not allowed to",
    "i am not allowed to",
    "i'm not permitted to",
    "i am not permitted to",
    "i'm not comfortable",
    "i do not feel comfortable",
    "i don't feel comfortable",
];

/// Declines, in the words of each language.
const OTHER_DECLINES: &[&str] = &[
    "i must decline",
    "i have to decline",
    "i need to decline",
    "i respectfully decline",
    "i'll have to pass",
    "i cannot help.",
    "i can't help.",
    "i can't help that",
    "i cannot in good conscience",
    "i can't in good conscience",
    "i'm programmed to",
    "i am programmed to",
    "against my guidelines",
    "against my programming",
    "violates my guidelines",
    "my content policy",
    "against my policies",
    "outside my capabilities",
    "beyond my capabilities",
    "i don't have the ability to",
    "i do not have the ability to",
    "this request is inappropriate",
    "please consult a professional",
    "is there anything else i can help",
    "can i help you with something else",
    "i cannot do that.",
    "i can't do that.",
    "i'm afraid i can't help",
    "i'm afraid i cannot help",
    "i'm afraid i can't assist",
    "i'm afraid i cannot assist",
    "i'm afraid i can't do that",
    "作为ai",
    "我无法提供帮助",
    "我无法协助",
    "我不能协助",
    "我无法帮助你",
    "我无法帮助您",
    "我不能帮助你",
    "我不能帮助您",
    "我无法回答这个问题",
    "我不能回答这个问题",
    "我无法满足",
    "无法满足您的请求",
    "我不能提供",
    "抱歉，我无法",
    "抱歉，我不能",
    "抱歉,我无法",
    "抱歉，但我无法",
    "抱歉，但我不能",
    "对不起，我无法",
    "对不起，我不能",
    "对不起，但我",
    "很抱歉，我",
    "非常抱歉，我",
    "我拒绝回答",
    "lo siento, pero no puedo",
    "lo siento, no puedo",
    "no puedo ayudarte",
    "no puedo ayudarle",
    "no puedo ayudar con",
    "je suis désolé, mais je ne peux",
    "désolé, mais je ne peux",
    "je ne peux pas vous aider",
    "je ne peux pas t'aider",
    "je ne suis pas en mesure de vous",
    "es tut mir leid, aber ich kann",
    "tut mir leid, aber ich kann",
    "ich kann ihnen dabei nicht",
    "ich kann dir dabei nicht",
    "ich kann ihnen nicht helfen",
    "mi dispiace, ma non posso",
    "non posso aiutarti",
    "non posso aiutarla",
    "desculpe, mas não posso",
    "sinto muito, mas não posso",
    "não posso ajudar",
    "het spijt me, maar ik kan",
    "ik kan je daar niet mee helpen",
    "tyvärr kan jag inte hjälpa",
    "przykro mi, ale nie mogę",
    "nie mogę pomóc",
    "je mi líto, ale nemohu",
    "sajnálom, de nem",
    "valitettavasti en voi auttaa",
    "îmi pare rău, dar nu pot",
    "üzgünüm, ancak",
    "üzgünüm, ama",
    "rất tiếc, tôi không thể",
    "xin lỗi, tôi không thể",
    "xin lỗi, nhưng tôi không thể",
    "maaf, saya tidak dapat",
    "maaf, saya tidak bisa",
    "maaf, tetapi saya",
    "извините, но я не могу",
    "простите, но я не могу",
    "к сожалению, я не могу помочь",
    "я не могу помочь",
    "вибачте, але я не можу",
    "на жаль, я не можу допомогти",
    "съжалявам, но не мога",
    "λυπάμαι, αλλά δεν μπορώ",
    "מצטער, אבל אני לא יכול",
    "אני מצטער, אך",
    "عذرًا، لا أستطيع",
    "عذراً، لا يمكنني",
    "أعتذر، لكن لا يمكنني",
    "آسف، لا أستطيع",
    "متأسفم، اما نمی",
    "मुझे खेद है",
    "क्षमा करें, मैं",
    "ขออภัย ฉันไม่สามารถ",
    "ขอโทษ ฉันไม่สามารถ",
    "申し訳ありませんが",
    "申し訳ございませんが",
    "お手伝いできません",
    "お答えできません",
    "죄송하지만",
    "죄송합니다만",
    "도와드릴 수 없",
    "도와 드릴 수 없",
];

/// Being sorry.
const SORRIES: &[&str] = &[
    "i'm sorry, but",
    "i am sorry, but",
    "i'm sorry but",
    "i am sorry but",
    "i'm really sorry, but",
    "i'm very sorry, but",
    "i'm so sorry, but",
    "i am very sorry, but",
    "sorry, but i can't",
    "sorry, but i cannot",
    "sorry, i can't",
    "sorry, i cannot",
    "sorry, but i'm unable",
    "sorry, but i am unable",
    "sorry, but i won't",
    "i apologize, but",
    "i apologise, but",
    "my apologies, but",
    "apologies, but i",
    "i'm sorry, i can't",
    "i'm sorry, i cannot",
    "i'm sorry. i can't",
    "i'm sorry for any inconvenience",
    "i regret to inform you",
    "unfortunately, i cannot assist",
    "unfortunately, i can't assist",
    "unfortunately, i cannot help",
    "unfortunately, i can't help",
    "unfortunately, i am unable to assist",
    "unfortunately, i'm unable to assist",
    "unfortunately, i'm not able to",
];

/// Speaking of itself.
const MODELS: &[&str] = &[
    "as an ai",
    "as an a.i.",
    "as a language model",
    "as a large language model",
    "as an artificial intelligence",
    "as a chatbot",
    "as an assistant developed",
    "as an assistant trained",
    "i'm an ai",
    "i am an ai",
    "i'm just an ai",
    "i am just an ai",
    "i'm only an ai",
    "i'm a language model",
    "i am a language model",
    "i'm a large language model",
    "i am a large language model",
    "being an ai",
    "my knowledge cutoff",
    "my training data",
    "as of my last update",
    "as of my knowledge",
    "trained by openai",
    "developed by openai",
    "created by openai",
    "created by anthropic",
    "made by anthropic",
    "developed by deepseek",
    "i'm chatgpt",
    "i am chatgpt",
    "i'm claude",
    "i am claude",
    "作为一个ai",
    "作为一名ai",
    "作为一款ai",
    "作为人工智能",
    "作为一个人工智能",
    "作为一名人工智能",
    "作为一个语言模型",
    "作为语言模型",
    "作为大语言模型",
    "作为一个大型语言模型",
    "我是一个ai",
    "我是一个人工智能",
    "我是一个语言模型",
    "como modelo de lenguaje",
    "como una ia",
    "como inteligencia artificial",
    "como modelo de ia",
    "en tant que modèle de langage",
    "en tant qu'ia",
    "en tant qu'intelligence artificielle",
    "en tant qu'assistant ia",
    "als ki-",
    "als ki ",
    "als sprachmodell",
    "als künstliche intelligenz",
    "come modello linguistico",
    "come modello di linguaggio",
    "come ia",
    "come intelligenza artificiale",
    "como modelo de linguagem",
    "como uma ia",
    "como um modelo de",
    "als taalmodel",
    "als ai-",
    "som en ai",
    "som en språkmodell",
    "jako model językowy",
    "jako sztuczna inteligencja",
    "jako ai",
    "jako jazykový model",
    "jako umělá inteligence",
    "mesterséges intelligenciaként",
    "nyelvi modellként",
    "kielimallina",
    "tekoälynä",
    "ca model de limbaj",
    "ca model lingvistic",
    "bir yapay zeka olarak",
    "yapay zeka dil modeli",
    "là một mô hình ngôn ngữ",
    "là một ai",
    "sebagai model bahasa",
    "sebagai ai",
    "как языковая модель",
    "как ии",
    "будучи языковой моделью",
    "как искусственный интеллект",
    "як мовна модель",
    "як штучний інтелект",
    "като езиков модел",
    "като изкуствен интелект",
    "ως γλωσσικό μοντέλο",
    "ως τεχνητή νοημοσύνη",
    "כמודל שפה",
    "כבינה מלאכותית",
    "كنموذج لغوي",
    "بصفتي نموذج",
    "كذكاء اصطناعي",
    "به عنوان یک مدل زبان",
    "به عنوان یک هوش مصنوعی",
    "एक एआई",
    "एक भाषा मॉडल के रूप में",
    "ในฐานะ ai",
    "ในฐานะโมเดลภาษา",
    "aiとして",
    "言語モデルとして",
    "aiアシスタントとして",
    "ai 언어 모델",
    "ai로서",
    "인공지능으로서",
    "언어 모델로서",
];

/// What follows "I'm sorry, but" where a chain corrects itself.
const SLIPS: &[&str] = &[
    "mistake",
    "error",
    "misread",
    "miscalculat",
    "wrong",
    "let me",
    "earlier",
    "above",
    "i made",
    "overlooked",
    "forgot",
    "slip",
    "recheck",
    "correct ",
];

/// How far behind a phrase a slip is looked for, in bytes.
const NEAR: usize = 100;

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let denials: Vec<String> = CANNOT
        .iter()
        .flat_map(|cannot| DENIED.iter().map(move |denied| format!("{cannot} {denied}")))
        .collect();
    let declines = denials
        .iter()
        .map(String::as_str)
        .chain(OTHER_DECLINES.iter().copied())
        .map(|phrase| (DECLINES, phrase));
    let sorry = SORRIES.iter().map(|phrase| (SORRY, *phrase));
    Phrases::new(declines.chain(sorry).chain(MODELS.iter().map(|phrase| (MODEL, *phrase))))
});

impl Filter for Refusal {
    fn name(&self) -> &'static str {
        "refusal"
    }

    fn judge(&self, _: &Prompt, completion: &Completion) -> Judgement {
        let text = completion.text.as_str();
        let mut count = 0u32;
        let mut decision = Decision::Keep;
        for (kind, start, end) in PHRASES.find(text) {
            if kind == SORRY && corrects_itself(text, end) {
                continue;
            }
            count += 1;
            let (wanted, name) = if kind == MODEL {
                (self.as_an_ai, "refusal.as_an_ai")
            } else {
                (self.declines, "refusal.declines")
            };
            if wanted && decision == Decision::Keep {
                let shown: String = text[start..].chars().take(80).collect();
                decision = Decision::Drop(Reason::new(name, format!("at byte {start}: {shown:?}")));
            }
        }
        Judgement { decision, scores: vec![("refusals", f64::from(count))] }
    }
}

/// True if what follows is about a slip of the chain's own.
fn corrects_itself(text: &str, from: usize) -> bool {
    let end =
        (from..=text.len().min(from + NEAR)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(from);
    let near = text[from..end].to_lowercase();
    SLIPS.iter().any(|slip| near.contains(slip))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::testing::{completion, prompt, reason};

    #[test]
    fn keep_drop_table() {
        for (text, expected) in [
            ("I'm sorry, but I can't help with that.", "refusal.declines"),
            ("I’m sorry, but I can’t assist with that request.", "refusal.declines"),
            ("I am sorry, but this question goes too far.", "refusal.declines"),
            ("Sorry, but I cannot do that.", "refusal.declines"),
            ("I apologize, but I am not able to answer.", "refusal.declines"),
            ("I cannot help you cheat in an exam.", "refusal.declines"),
            ("I'm unable to fulfill this request.", "refusal.declines"),
            ("I must decline.", "refusal.declines"),
            ("As an AI language model, I have no opinions.", "refusal.as_an_ai"),
            ("Since I'm just an AI, I guess 7.", "refusal.as_an_ai"),
            ("抱歉，我无法回答这个问题。", "refusal.declines"),
            ("作为一个人工智能，我没有感觉。", "refusal.as_an_ai"),
            ("Es tut mir leid, aber ich kann das nicht tun.", "refusal.declines"),
            ("Je suis désolé, mais je ne peux pas répondre.", "refusal.declines"),
            ("Извините, но я не могу ответить.", "refusal.declines"),
            ("申し訳ありませんが、お答えできません。", "refusal.declines"),
            // What mathematics says.
            ("I cannot find an integer that works, so there is none.", ""),
            ("I can't help but notice that 91 = 7 * 13.", ""),
            ("I can’t divide by zero, so x is not 0.", ""),
            ("We are unable to factor it further.", ""),
            ("I am not able to simplify this, so I try x = 2.", ""),
            ("I'm sorry, but I made a mistake above: it is 8.", ""),
            ("Sorry, that is wrong. Let me start again.", ""),
            ("Unfortunately, I cannot use the formula here, since a = 0.", ""),
            ("我无法找到这样的整数，所以无解。", ""),
            ("The main idea: as an aid, draw a line. As an air mass moves, ...", ""),
            ("A chatbot answers 3 of 4 questions. How many does it answer?", ""),
            ("<think>Let me see.</think>\\boxed{7}", ""),
        ] {
            let judgement = Refusal::default().judge(&prompt(), &completion(text));
            assert_eq!(reason(&judgement), expected, "{text:?}");
            assert_eq!(judgement.scores[0].1 > 0.0, !expected.is_empty(), "{text:?}");
        }
        let lenient = Refusal { declines: false, as_an_ai: true };
        let judgement = lenient.judge(&prompt(), &completion("I must decline."));
        assert_eq!((reason(&judgement), judgement.scores[0].1), ("", 1.0));
    }
}
