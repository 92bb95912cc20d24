//! `report.html` of a training run: its losses as a chart, its pass rates as a table.
//!
//! In: `metrics.jsonl` and the options. Out: one page, with styles and chart inside, no script and no
//! network. Nothing a model wrote is on it.

use std::path::Path;

use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::model::save::replace;
use crate::pass_rate::{Evaluation, PassRate};
use crate::train::grouped;
use crate::train::options::Options;

/// The page; its `.html` name is what turns escaping on.
const NAME: &str = "training.html";

/// The chart in its own units.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 300.0;

#[derive(Serialize)]
struct Page {
    output: String,
    tiles: Vec<(&'static str, String)>,
    chart: Option<Chart>,
    evaluations: Vec<Measured>,
    config: String,
}

#[derive(Serialize)]
struct Chart {
    /// `x,y x,y …` in the chart's units.
    loss: String,
    held_out: Vec<(String, String)>,
    stages: Vec<(String, String)>,
    top: String,
    bottom: String,
    updates: String,
}

#[derive(Serialize)]
struct Measured {
    stage: String,
    step: u64,
    overall: Line,
    by_source: Vec<Line>,
    corrections: String,
}

#[derive(Serialize)]
struct Line {
    source: String,
    prompts: u64,
    pass_at_1: String,
    pass_at_k: String,
    k: u64,
    mean_tokens: String,
    width: String,
}

/// Writes the page of the run in `folder`.
///
/// # Errors
/// The page cannot be written.
pub fn write(options: &Options, folder: &Path) -> Result<()> {
    let text = std::fs::read_to_string(folder.join("metrics.jsonl")).unwrap_or_default();
    let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let bug = |error: minijinja::Error| Error::failed("the report does not render").caused_by(error);
    let mut environment = Environment::new();
    environment.add_template(NAME, include_str!("../../templates/training.html")).map_err(bug)?;
    let page = Page {
        output: options.run.output.display().to_string(),
        tiles: tiles(&lines),
        chart: chart(&lines),
        evaluations: lines.iter().filter_map(measured).collect(),
        config: toml::to_string(options).unwrap_or_default(),
    };
    let page = environment.get_template(NAME).and_then(|t| t.render(Serde(page))).map_err(bug)?;
    replace(&folder.join("report.html"), page.as_bytes())
}

fn tiles(lines: &[Value]) -> Vec<(&'static str, String)> {
    let last = |key: &str| lines.iter().rev().find_map(|line| line[key].as_f64());
    let mut tiles = Vec::new();
    let mut tile = |what, key: &str, text: &dyn Fn(f64) -> String| {
        if let Some(value) = last(key) {
            tiles.push((what, text(value)));
        }
    };
    let count = |x: f64| grouped(x as u64);
    tile("updates", "update", &count);
    tile("tokens", "tokens", &count);
    tile("tokens a second", "tokens_per_second", &count);
    tile("minutes", "seconds", &|x| format!("{:.1}", x / 60.0));
    tile("loss", "loss", &|x| format!("{x:.4}"));
    tile("held-out loss", "held_out_loss", &|x| format!("{x:.4}"));
    tiles
}

/// Losses over updates, on a logarithmic scale: they fall by orders.
fn chart(lines: &[Value]) -> Option<Chart> {
    let points = |key: &str| -> Vec<(f64, f64)> {
        let point = |line: &Value| Some((line["update"].as_f64()?, line[key].as_f64().filter(|&x| x > 0.0)?));
        lines.iter().filter_map(point).collect()
    };
    let (loss, held_out) = (points("loss"), points("held_out_loss"));
    let all = || loss.iter().chain(&held_out);
    let last = all().map(|p| p.0).fold(1.0, f64::max);
    let low = all().map(|p| p.1).fold(f64::INFINITY, f64::min);
    let high = all().map(|p| p.1).fold(0.0, f64::max);
    if loss.len() < 2 || low >= high {
        return None;
    }
    let at = |&(update, loss): &(f64, f64)| {
        let y = HEIGHT * (high.ln() - loss.ln()) / (high.ln() - low.ln());
        (format!("{:.1}", update / last * WIDTH), format!("{y:.1}"))
    };
    let mut stages: Vec<(String, String)> = Vec::new();
    for line in lines {
        let (Some(name), Some(update)) = (line["stage"].as_str(), line["update"].as_f64()) else { continue };
        if stages.last().is_none_or(|(last, _)| last != name) {
            stages.push((name.to_owned(), format!("{:.1}", update / last * WIDTH)));
        }
    }
    Some(Chart {
        loss: loss.iter().map(at).map(|(x, y)| format!("{x},{y} ")).collect(),
        held_out: held_out.iter().map(at).collect(),
        stages,
        top: format!("{high:.3}"),
        bottom: format!("{low:.4}"),
        updates: grouped(last as u64),
    })
}

fn measured(line: &Value) -> Option<Measured> {
    let found: Evaluation = serde_json::from_value(line.get("evaluation")?.clone()).ok()?;
    let PassRate { corrected, corrected_passed, mended, mended_passed, samples, .. } = found.overall;
    Some(Measured {
        stage: line["stage"].as_str()?.to_owned(),
        step: line["step"].as_u64()?,
        overall: self::line("all", &found.overall),
        by_source: found.by_source.iter().map(|(source, rate)| self::line(source, rate)).collect(),
        corrections: format!(
            "{} of {} samples say that they were wrong, and {} of them pass. In {} a false equation stands \
             before that, and {} of those pass.",
            grouped(corrected),
            grouped(samples),
            grouped(corrected_passed),
            grouped(mended),
            grouped(mended_passed),
        ),
    })
}

fn line(source: &str, rate: &PassRate) -> Line {
    let percent = |x: f64| format!("{:.1} %", 100.0 * x);
    Line {
        source: source.to_owned(),
        prompts: rate.prompts,
        pass_at_1: percent(rate.pass_at_1),
        pass_at_k: percent(rate.pass_at_k),
        k: rate.k,
        mean_tokens: format!("{:.0}", rate.mean_tokens),
        width: format!("{:.1}", 100.0 * rate.pass_at_1),
    }
}
