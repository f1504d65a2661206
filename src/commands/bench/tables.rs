//! The figures as tables of words: the terminal, Markdown and HTML show the same ones.

use crate::evaluate::{
    self, Against, BenchResult, DetectionAt, Difference, Estimate, Figures, ModelResult, Share, Speed, TimeRatio,
};

/// A table: a name, a header and rows of as many cells.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Section {
    pub(super) title: String,
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Section {
    fn new(title: &str, header: Vec<String>, rows: Vec<Vec<String>>) -> Self {
        Self { title: title.to_owned(), header, rows }
    }
}

/// What stands where there is no number.
pub(super) const NONE: &str = "-";

/// The models whose figures are given for parts of the set: a terminal has room for those of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartsOf {
    First,
    All,
}

/// Every table of a result, the most asked for first.
pub(super) fn sections(result: &BenchResult, parts_of: PartsOf) -> Vec<Section> {
    let mut sections = vec![detection(result)];
    sections.extend(result.comparisons.iter().map(|against| differences(&result.models[0], against)));
    sections.extend(regions(result));
    sections.extend(speed(result));
    if parts_of == PartsOf::All {
        sections.extend(wrong(&result.models[0], true));
        sections.extend(wrong(&result.models[0], false));
    }
    let shown = if parts_of == PartsOf::First { &result.models[..1] } else { result.models.as_slice() };
    sections.extend(parts(shown));
    sections
}

fn header(result: &BenchResult) -> Vec<String> {
    std::iter::once(String::new()).chain(result.models.iter().map(|model| model.label.clone())).collect()
}

fn row(result: &BenchResult, name: impl Into<String>, cell: impl Fn(&ModelResult) -> String) -> Vec<String> {
    std::iter::once(name.into()).chain(result.models.iter().map(cell)).collect()
}

/// A share in per cent to a tenth, or to a hundredth where it is small.
pub(super) fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent == 0.0 || percent.abs() >= 1.0 { format!("{percent:.1} %") } else { format!("{percent:.2} %") }
}

fn ends(low: Option<f64>, high: Option<f64>, word: impl Fn(f64) -> String) -> String {
    let bare = |value| word(value).trim_end_matches(" %").to_owned();
    low.zip(high).map_or_else(String::new, |(low, high)| format!(" ({} to {})", bare(low), bare(high)))
}

fn estimate(found: &Estimate, word: impl Fn(f64) -> String) -> String {
    format!("{}{}", word(found.value), ends(found.low, found.high, &word))
}

fn share(found: Option<&Share>) -> String {
    found.map_or_else(
        || NONE.to_owned(),
        |found| {
            let interval = ends(Some(found.low), Some(found.high), percent);
            // Cases of one container are worth less than their number: the interval rests on that.
            let worth =
                if found.worth < found.of as f64 - 0.5 { format!(" worth {:.0}", found.worth) } else { String::new() };
            format!("{}{interval} of {}{worth}", percent(found.value), found.of)
        },
    )
}

fn area(value: f64) -> String {
    format!("{value:.4}")
}

fn detected(found: &DetectionAt) -> String {
    let text = estimate(&found.detected, percent);
    if found.enough_clean { text } else { format!("{text}, too few clean scans") }
}

fn detection(result: &BenchResult) -> Section {
    let ranking = |model: &ModelResult, word: &dyn Fn(&crate::evaluate::RankingFigures) -> String| {
        model.accuracy.all.ranking.as_ref().map_or_else(|| NONE.to_owned(), word)
    };
    let mut rows = vec![
        row(result, "ROC-AUC", |model| ranking(model, &|found| estimate(&found.roc_auc, area))),
        row(result, "average precision", |model| ranking(model, &|found| estimate(&found.average_precision, area))),
        row(result, format!("partial AUC to {}", evaluate::percent(result.measure.partial_to)), |model| {
            ranking(model, &|found| estimate(&found.partial_auc, area))
        }),
    ];
    for (number, at) in result.measure.false_alarms.iter().enumerate() {
        rows.push(row(result, format!("detection at {} false alarms", evaluate::percent(*at)), |model| {
            ranking(model, &|found| found.detection.get(number).map_or_else(|| NONE.to_owned(), detected))
        }));
    }
    let operating =
        |name: &str, of: fn(&Figures) -> Option<&Share>| row(result, name, move |model| share(of(&model.accuracy.all)));
    rows.push(row(result, "threshold", |model| format!("{:.4}", model.threshold)));
    rows.push(operating("detection at the threshold", |figures| figures.operating.detection.as_ref()));
    rows.push(operating("false alarms at the threshold", |figures| figures.operating.false_alarms.as_ref()));
    rows.push(row(result, "false alarms per 1,000 clean scans", |model| {
        let found = model.accuracy.all.operating.false_alarms_per_1000;
        found.map_or_else(|| NONE.to_owned(), |found| format!("{found:.1}"))
    }));
    rows.push(operating("clean scans someone looks at", |figures| figures.operating.clean_looked_at.as_ref()));
    rows.push(operating("loaded scans called clear", |figures| figures.operating.loaded_called_clear.as_ref()));
    rows.push(row(result, "inconclusive / failed", |model| {
        let counts = &model.accuracy.all.counts;
        format!("{} / {}", counts.inconclusive, counts.failed)
    }));
    Section::new("Detection", header(result), rows)
}

/// A difference in points of a per cent.
fn points(difference: f64) -> String {
    format!("{:+.2}", 100.0 * difference)
}

fn differences(new: &ModelResult, against: &Against) -> Section {
    let mut rows = Vec::new();
    let mut add =
        |name: String, found: Option<&Difference>, word: &dyn Fn(f64) -> String, signed: &dyn Fn(f64) -> String| {
            let Some(found) = found else { return };
            let p = found
                .p
                .map_or_else(|| NONE.to_owned(), |p| if p < 1e-4 { "< 0.0001".into() } else { format!("{p:.4}") });
            rows.push(vec![name, word(found.new), word(found.old), estimate(&found.difference, signed), p]);
        };
    let comparison = &against.comparison;
    let signed = |value: f64| format!("{value:+.4}");
    add("ROC-AUC".into(), comparison.roc_auc.as_ref(), &area, &signed);
    add("average precision".into(), comparison.average_precision.as_ref(), &area, &signed);
    for found in &comparison.detection {
        let name = format!("detection at {} false alarms", evaluate::percent(found.false_alarms));
        add(name, Some(&found.detection), &percent, &points);
    }
    add("detection at the threshold".into(), comparison.operating_detection.as_ref(), &percent, &points);
    add("false alarms at the threshold".into(), comparison.operating_false_alarms.as_ref(), &percent, &points);
    let parity = &comparison.parity;
    let plain = |name: &str, value: String| vec![name.to_owned(), String::new(), String::new(), value, String::new()];
    rows.push(plain("largest difference of a score", format!("{:.2e}", parity.largest)));
    rows.push(plain("99.9th percentile of differences", format!("{:.2e}", parity.p999)));
    rows.push(plain("verdicts that differ", format!("{} of {}", parity.flips.len(), comparison.scans)));
    if let Some(speed) = &against.speed {
        rows.push(plain("time of one scan", times(&speed.latency)));
        rows.push(plain("time of many scans", times(&speed.batch)));
    }
    let header = ["", new.label.as_str(), against.label.as_str(), "difference", "p"].map(str::to_owned).to_vec();
    let unpaired = match (comparison.only_new, comparison.only_old) {
        (0, 0) => String::new(),
        (new, old) => format!(", {new} of only the first and {old} of only the second left out"),
    };
    let title = format!("{} against {} on {} scans{unpaired}", new.label, against.label, comparison.scans);
    Section::new(&title, header, rows)
}

fn times(found: &TimeRatio) -> String {
    let noise = 100.0 * found.noise;
    format!("{:.3} times ({:.3} to {:.3}; noise of a copy {noise:.1} %)", found.ratio, found.low, found.high)
}

fn regions(result: &BenchResult) -> Option<Section> {
    let any = result.models.iter().any(|model| model.accuracy.all.regions.is_some());
    if !any {
        return None;
    }
    let of = |model: &ModelResult, word: &dyn Fn(&crate::evaluate::RegionFigures) -> String| {
        model.accuracy.all.regions.as_ref().map_or_else(|| NONE.to_owned(), word)
    };
    let mut rows = vec![
        row(result, "loads that a region hits", |model| of(model, &|found| share(Some(&found.hit_rate)))),
        row(result, "flagged loaded scans whose first region hits", |model| {
            of(model, &|found| share(found.first_hits.as_ref()))
        }),
        row(result, "hits with their middle in the load's box", |model| {
            of(model, &|found| share(found.centred.as_ref()))
        }),
        row(result, "regions that hit a load", |model| of(model, &|found| share(found.precision.as_ref()))),
    ];
    for (number, at) in result.measure.false_regions.iter().enumerate() {
        rows.push(row(result, format!("loads found at {at} false regions a scan"), |model| {
            of(model, &|found| {
                found.froc.get(number).map_or_else(|| NONE.to_owned(), |at| estimate(&at.sensitivity, percent))
            })
        }));
    }
    rows.push(row(result, "mass within 30 % of the truth", |model| {
        of(model, &|found| share(found.mass.as_ref().map(|mass| &mass.within_30_percent)))
    }));
    rows.push(row(result, "estimated over true mass, median (quartiles)", |model| {
        of(model, &|found| {
            found.mass.as_ref().map_or_else(
                || NONE.to_owned(),
                |mass| format!("{:.2} ({:.2} to {:.2})", mass.median_ratio, mass.quartiles.0, mass.quartiles.1),
            )
        })
    }));
    let pixels = |name: &str, of: fn(&crate::evaluate::PixelFigures) -> Option<f64>| {
        row(result, name, move |model| {
            model.accuracy.pixels.as_ref().and_then(of).map_or_else(|| NONE.to_owned(), area)
        })
    };
    rows.push(pixels("pixel average precision", |found| Some(found.average_precision)));
    rows.push(pixels("pixel ROC-AUC", |found| Some(found.roc_auc)));
    rows.push(pixels("AUPRO to 30 % of false pixels", |found| found.aupro_30));
    rows.push(pixels("AUPRO to 5 % of false pixels", |found| found.aupro_5));
    Some(Section::new("Regions and pixels", header(result), rows))
}

/// Bytes in MB (10^6).
fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

fn speed(result: &BenchResult) -> Option<Section> {
    result.models.iter().find_map(|model| model.speed.as_ref())?;
    let of = |name: &str, word: &dyn Fn(&Speed) -> String| {
        row(result, name, |model| model.speed.as_ref().map_or_else(|| NONE.to_owned(), word))
    };
    let ms = |value: f64| format!("{value:.1} ms");
    let rows = vec![
        of("scans a second, many at once", &|found| format!("{:.2}", found.scans_per_s)),
        of("Mpx a second, many at once", &|found| format!("{:.1}", found.mpx_per_s)),
        of("one scan, median", &|found| {
            let latency = &found.latency_ms;
            format!("{}{}", ms(latency.p50), ends(latency.p50_low, latency.p50_high, |value| format!("{value:.1}")))
        }),
        of("one scan, 95 % / 99 % under", &|found| {
            format!("{} / {} (of {})", ms(found.latency_ms.p95), ms(found.latency_ms.p99), found.latency_ms.count)
        }),
        of("reading / preparing / inference / judging", &|found| {
            let stages = &found.stages;
            let each = [stages.read_ms, stages.prepare_ms, stages.infer_ms, stages.judge_ms];
            each.map(|ms| format!("{ms:.1}")).join(" / ") + " ms"
        }),
        of("the runtime's share", &|found| percent(found.runtime_share)),
        of("cold start to the first report", &|found| found.cold_start_ms.map_or_else(|| NONE.into(), ms)),
        of("peak memory, many at once", &|found| found.peak_bytes.map_or_else(|| NONE.into(), megabytes)),
        of("threads, scans at once", &|found| format!("{}, {}", found.threads, found.scans_at_once)),
    ];
    Some(Section::new("Speed", header(result), rows))
}

/// By class, mass, family, scanner and visibility: detection and false alarms at the threshold, and ROC-AUC.
fn parts(models: &[ModelResult]) -> Option<Section> {
    let first = &models.first()?.accuracy;
    if first.strata.is_empty() {
        return None;
    }
    let mut rows = Vec::new();
    for stratum in &first.strata {
        for model in models {
            let found = model.accuracy.strata.iter().find(|s| s.by == stratum.by && s.value == stratum.value);
            let Some(figures) = found.map(|found| &found.figures) else { continue };
            // What loads are told apart by keeps all clean scans: their rate is no part's own.
            let own_clean = matches!(stratum.by.as_str(), "family" | "scanner");
            let mut cells = vec![stratum.by.clone(), stratum.value.clone()];
            if models.len() > 1 {
                cells.push(model.label.clone());
            }
            let auc = figures.ranking.as_ref().map_or_else(|| NONE.to_owned(), |r| estimate(&r.roc_auc, area));
            let hits = figures.regions.as_ref().map(|regions| &regions.hit_rate);
            let false_alarms = figures.operating.false_alarms.as_ref().filter(|_| own_clean);
            cells.extend([auc, share(figures.operating.detection.as_ref()), share(false_alarms), share(hits)]);
            rows.push(cells);
        }
    }
    let mut header = vec!["by".to_owned(), "part".to_owned()];
    if models.len() > 1 {
        header.push("model".to_owned());
    }
    let rest = ["ROC-AUC", "detection", "false alarms", "loads hit"];
    header.extend(rest.map(str::to_owned));
    Some(Section::new(
        &format!(
            "Parts of the set, {} at the threshold",
            if models.len() == 1 { models[0].label.as_str() } else { "each model" }
        ),
        header,
        rows,
    ))
}

/// The most scans that a list of misses or false alarms shows; scans.csv has all.
const LISTED: usize = 20;

/// What a model got wrong: loaded scans that it did not flag, lowest score first, or clean ones that it did, highest first.
fn wrong(model: &ModelResult, loaded: bool) -> Option<Section> {
    let mut scans: Vec<_> =
        model.scans.iter().filter(|scan| scan.loaded == loaded && scan.alarms() != loaded).collect();
    if scans.is_empty() {
        return None;
    }
    let score = |scan: &crate::evaluate::Outcome| scan.score.unwrap_or(if loaded { -1.0 } else { 2.0 });
    scans.sort_by(|a, b| score(a).total_cmp(&score(b)).then_with(|| a.name.cmp(&b.name)));
    if !loaded {
        scans.reverse();
    }
    let rows = scans.iter().take(LISTED).map(|scan| {
        let classes: Vec<&str> = scan.loads.iter().filter_map(|load| load.class.as_deref()).collect();
        let text = |text: Option<&String>| text.cloned().unwrap_or_else(|| NONE.to_owned());
        let mass = scan.mass_kg().map_or_else(|| NONE.to_owned(), |mass| format!("{mass:.0} kg"));
        let seen = match scan.visible() {
            Some(true) => "visible",
            Some(false) => "not visible",
            None => NONE,
        };
        let mut row = vec![
            scan.name.clone(),
            scan.score.map_or_else(|| NONE.to_owned(), |score| format!("{score:.4}")),
            scan.verdict.to_string(),
            text(scan.family.as_ref()),
            text(scan.scanner.as_ref()),
        ];
        if loaded {
            row.extend([classes.join(" "), mass, seen.to_owned()]);
        }
        row
    });
    let rows = rows.collect();
    let mut header = vec!["scan", "score", "verdict", "family", "scanner"];
    if loaded {
        header.extend(["class", "mass", "load"]);
    }
    let what = if loaded { "Loaded scans not flagged" } else { "Clean scans flagged" };
    let shown = if scans.len() > LISTED { format!(", {LISTED} of {}", scans.len()) } else { String::new() };
    let title = format!("{what}, {}{shown}", model.label);
    Some(Section::new(&title, header.into_iter().map(str::to_owned).collect(), rows))
}
