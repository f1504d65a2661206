//! Plots as SVG. Colours are those of the page: it turns them for dark screens, see `page.css`.

use crate::evaluate::{BenchResult, froc_curve, roc_curve};
use crate::judge::Verdict;
use crate::scan::{Error, Result};
use plotters::chart::MeshStyle;
use plotters::coord::Shift;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::*;

/// The models' colours, in order; more models begin again.
pub(super) const COLOURS: [RGBColor; 5] =
    [RGBColor(0, 95, 175), RGBColor(200, 80, 0), RGBColor(0, 130, 90), RGBColor(150, 60, 160), RGBColor(120, 110, 0)];
const INK: RGBColor = RGBColor(34, 34, 34);
const GRID: RGBColor = RGBColor(222, 222, 222);
/// Points that a curve is drawn with at most.
const MOST_POINTS: usize = 600;
const SIZE: (u32, u32) = (560, 340);

/// A plot with what it shows in a sentence, for those who cannot see it.
pub(super) struct Plot {
    pub(super) title: String,
    pub(super) says: String,
    pub(super) svg: String,
    /// What each colour stands for, by the colour's number.
    pub(super) key: Vec<(usize, String)>,
}

/// The key of a plot with a colour for each model.
fn of_models(result: &BenchResult) -> Vec<(usize, String)> {
    result.models.iter().enumerate().map(|(number, model)| (number % COLOURS.len(), model.label.clone())).collect()
}

pub(super) fn colour(model: usize) -> RGBColor {
    COLOURS[model % COLOURS.len()]
}

/// Every plot that the result has numbers for.
///
/// # Errors
/// A bug error where one cannot be drawn.
pub(super) fn plots(result: &BenchResult) -> Result<Vec<Plot>> {
    let all = [roc(result)?, froc(result)?, by_mass(result)?, stages(result)?];
    let mut plots: Vec<Plot> = all.into_iter().flatten().collect();
    plots.extend(histogram(result)?);
    Ok(plots)
}

fn undrawn(error: impl std::fmt::Display) -> Error {
    Error::bug(format!("a plot cannot be drawn: {error}"))
}

/// A logarithmic axis with a line for each power of ten, and for twice and five times it.
#[derive(Clone)]
struct Decades(std::ops::Range<f64>);

impl Ranged for Decades {
    type ValueType = f64;
    type FormatOption = NoDefaultFormatting;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = (value.max(self.0.start) / self.0.start).ln() / (self.0.end / self.0.start).ln();
        limit.0 + (share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        let decades = self.0.start.log10().floor() as i32..=self.0.end.log10().ceil() as i32;
        let points = decades.flat_map(|decade| [1.0, 2.0, 5.0].map(|step| step * 10_f64.powi(decade)));
        points.filter(|point| *point >= self.0.start * 0.999 && *point <= self.0.end * 1.001).collect()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.0.clone()
    }
}

impl ValueFormatter<f64> for Decades {
    fn format(value: &f64) -> String {
        format!("{}", (value * 1e6).round() / 1e6)
    }
}

/// Curves over a logarithmic axis, upwards from 0 to 1.
fn curves(x: &str, y: &str, range: std::ops::Range<f64>, lines: &[(usize, Vec<(f64, f64)>)]) -> Result<String> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = chart(&root, 52).build_cartesian_2d(Decades(range.clone()), 0.0..1.0).map_err(undrawn)?;
        style(&mut chart.configure_mesh()).x_desc(x).y_desc(y).draw().map_err(undrawn)?;
        for (model, points) in lines {
            // Steps: between two thresholds nothing changes.
            let mut steps = Vec::new();
            let mut last = 0.0;
            for &(x, y) in points.iter().step_by(points.len().div_ceil(MOST_POINTS).max(1)).chain(points.last()) {
                let x = x.clamp(range.start, range.end);
                steps.extend([(x, last), (x, y)]);
                last = y;
            }
            steps.push((range.end, last));
            chart.draw_series(LineSeries::new(steps, colour(*model).stroke_width(2))).map_err(undrawn)?;
        }
        root.present().map_err(undrawn)?;
    }
    Ok(svg)
}

/// A chart with room for labels below, and of so many pixels at its left.
fn chart<'a, 'b>(root: &'a DrawingArea<SVGBackend<'b>, Shift>, left: u32) -> ChartBuilder<'a, 'b, SVGBackend<'b>> {
    let mut chart = ChartBuilder::on(root);
    chart.margin(10).x_label_area_size(42).y_label_area_size(left);
    chart
}

fn style<'a, 'b, X: Ranged<ValueType = f64> + ValueFormatter<f64>, Y: Ranged + ValueFormatter<Y::ValueType>>(
    mesh: &'b mut MeshStyle<'a, 'b, X, Y, SVGBackend<'a>>,
) -> &'b mut MeshStyle<'a, 'b, X, Y, SVGBackend<'a>> {
    mesh.light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(INK)
        .label_style(("sans-serif", 13).into_font().color(&INK))
        .axis_desc_style(("sans-serif", 14).into_font().color(&INK))
}

fn roc(result: &BenchResult) -> Result<Option<Plot>> {
    let mut lines = Vec::new();
    let clean = result.models[0].accuracy.all.counts.clean as f64;
    for (number, model) in result.models.iter().enumerate() {
        if let Some(curve) = roc_curve(&model.scans)? {
            lines.push((number, curve.iter().map(|point| (point.false_alarms, point.detected)).collect()));
        }
    }
    if lines.is_empty() {
        return Ok(None);
    }
    // Below one alarm in all clean scans there is nothing to see.
    let from = 10_f64.powf((0.5 / clean).log10().floor()).clamp(1e-6, 0.1);
    let svg = curves("false alarms per clean scan", "loaded scans detected", from..1.0, &lines)?;
    let auc = result.models.iter().filter_map(|model| {
        let auc = model.accuracy.all.ranking.as_ref()?.roc_auc.value;
        Some(format!("{} has an area of {auc:.3}", model.label))
    });
    let says = format!("ROC curves on a logarithmic false-alarm axis: {}.", auc.collect::<Vec<_>>().join(", "));
    Ok(Some(Plot { title: "Detection against false alarms".to_owned(), says, svg, key: of_models(result) }))
}

fn froc(result: &BenchResult) -> Result<Option<Plot>> {
    let mut lines = Vec::new();
    for (number, model) in result.models.iter().enumerate() {
        if let Some(curve) = froc_curve(&model.scans)? {
            lines.push((number, curve.iter().map(|point| (point.false_per_scan, point.sensitivity)).collect()));
        }
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let svg = curves("false regions per scan", "loads found", 0.001..10.0, &lines)?;
    let says = "FROC curves: the share of loads that a region hits, against false regions per scan.".to_owned();
    Ok(Some(Plot { title: "Loads found against false regions".to_owned(), says, svg, key: of_models(result) }))
}

/// Detection with Wilson's interval for each mass band.
fn by_mass(result: &BenchResult) -> Result<Option<Plot>> {
    let bands: Vec<&str> = result.models[0]
        .accuracy
        .strata
        .iter()
        .filter(|stratum| stratum.by == "mass")
        .map(|stratum| stratum.value.as_str())
        .collect();
    if bands.is_empty() {
        return Ok(None);
    }
    let mut svg = String::new();
    let models = result.models.len() as f64;
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart =
            chart(&root, 52).build_cartesian_2d(-0.5..bands.len() as f64 - 0.5, 0.0..1.0).map_err(undrawn)?;
        let name = |at: &f64| {
            let number = at.round();
            let whole = (at - number).abs() < 1e-6 && number >= 0.0;
            bands.get(number as usize).filter(|_| whole).map_or_else(String::new, |band| (*band).to_owned())
        };
        style(&mut chart.configure_mesh())
            .disable_x_mesh()
            .x_labels(2 * bands.len() + 1)
            .x_label_formatter(&name)
            .x_desc("hidden mass")
            .y_desc("detected at the threshold")
            .draw()
            .map_err(undrawn)?;
        for (number, model) in result.models.iter().enumerate() {
            let colour = colour(number);
            for (band, value) in bands.iter().enumerate() {
                let stratum = model.accuracy.strata.iter().find(|s| s.by == "mass" && s.value == *value);
                let Some(found) = stratum.and_then(|stratum| stratum.figures.operating.detection) else { continue };
                let x = band as f64 + (number as f64 - (models - 1.0) / 2.0) * 0.12;
                let bar = vec![(x, found.low), (x, found.high)];
                chart.draw_series(LineSeries::new(bar, colour.stroke_width(2))).map_err(undrawn)?;
                let dot = Circle::new((x, found.value), 5, colour.filled());
                chart.draw_series(std::iter::once(dot)).map_err(undrawn)?;
            }
        }
        root.present().map_err(undrawn)?;
    }
    let level = 100.0 * result.measure.level;
    let says = format!("Detection at the threshold by hidden mass, with {level} % intervals.");
    Ok(Some(Plot { title: "Detection by mass".to_owned(), says, svg, key: of_models(result) }))
}

/// Scores of clean and loaded scans, a plot for each model.
fn histogram(result: &BenchResult) -> Result<Vec<Plot>> {
    const BINS: usize = 40;
    let mut plots = Vec::new();
    for model in &result.models {
        let count = |loaded: bool| -> [f64; BINS] {
            let mut bins = [0.0; BINS];
            let scores = model.scans.iter().filter(|scan| scan.loaded == loaded).filter_map(|scan| scan.score);
            let scores: Vec<f64> = scores.collect();
            for score in &scores {
                bins[((score * BINS as f64) as usize).min(BINS - 1)] += 1.0;
            }
            bins.map(|bin| bin / scores.len().max(1) as f64)
        };
        let (clean, loaded) = (count(false), count(true));
        let highest = clean.iter().chain(&loaded).copied().fold(0.05, f64::max) * 1.08;
        let mut svg = String::new();
        {
            let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
            let mut chart = chart(&root, 52).build_cartesian_2d(0.0..1.0, -highest..highest).map_err(undrawn)?;
            style(&mut chart.configure_mesh())
                .x_desc("score")
                .y_desc("loaded above, clean below")
                .y_label_formatter(&|share: &f64| format!("{:.0} %", 100.0 * share.abs()))
                .draw()
                .map_err(undrawn)?;
            for (bins, sign, fill) in [(&loaded, 1.0, COLOURS[1]), (&clean, -1.0, COLOURS[0])] {
                let bars = bins.iter().enumerate().filter(|(_, share)| **share > 0.0).map(|(at, share)| {
                    let x = (at as f64 / BINS as f64, (at + 1) as f64 / BINS as f64);
                    Rectangle::new([(x.0, 0.0), (x.1, sign * share)], fill.filled())
                });
                chart.draw_series(bars).map_err(undrawn)?;
            }
            let threshold = vec![(model.threshold, -highest), (model.threshold, highest)];
            chart.draw_series(LineSeries::new(threshold, INK.stroke_width(1))).map_err(undrawn)?;
            root.present().map_err(undrawn)?;
        }
        let flagged = model.scans.iter().filter(|scan| scan.verdict == Verdict::Flagged).count();
        let says = format!(
            "Scores of {}: shares of loaded scans upwards, of clean ones downwards; the line is the threshold {:.3}, from which \
             {flagged} scans are flagged.",
            model.label, model.threshold
        );
        let key = [(1, "loaded"), (0, "clean")].map(|(colour, name)| (colour, name.to_owned())).to_vec();
        plots.push(Plot { title: format!("Scores of {}", model.label), says, svg, key });
    }
    Ok(plots)
}

/// The parts of a scan's time, in order.
const STAGES: [&str; 5] = ["reading", "preparing", "the runtime", "around it", "judging"];

/// Where the time of one scan goes.
fn stages(result: &BenchResult) -> Result<Option<Plot>> {
    let timed: Vec<_> = result.models.iter().filter_map(|model| Some((model, model.speed.as_ref()?))).collect();
    if timed.is_empty() {
        return Ok(None);
    }
    let parts = |speed: &crate::evaluate::Speed| {
        let stages = &speed.stages;
        let around = stages.infer_ms - stages.runtime_ms;
        [stages.read_ms, stages.prepare_ms, stages.runtime_ms, around, stages.judge_ms]
    };
    let longest = timed.iter().map(|(_, speed)| parts(speed).iter().sum::<f64>()).fold(1e-3, f64::max) * 1.05;
    let mut svg = String::new();
    let height = 90 + 46 * timed.len() as u32;
    {
        let root = SVGBackend::with_string(&mut svg, (SIZE.0, height)).into_drawing_area();
        let mut chart =
            chart(&root, 120).build_cartesian_2d(0.0..longest, timed.len() as f64 - 0.5..-0.5).map_err(undrawn)?;
        let name = |at: &f64| {
            let number = at.round();
            let whole = (at - number).abs() < 1e-6 && number >= 0.0;
            timed.get(number as usize).filter(|_| whole).map_or_else(String::new, |(model, _)| shortened(&model.label))
        };
        style(&mut chart.configure_mesh())
            .disable_y_mesh()
            .y_labels(2 * timed.len() + 1)
            .y_label_formatter(&name)
            .x_desc("ms of one scan")
            .draw()
            .map_err(undrawn)?;
        for (number, (_, speed)) in timed.iter().enumerate() {
            let mut from = 0.0;
            for (part, ms) in parts(speed).into_iter().enumerate() {
                let y = number as f64;
                let bar = Rectangle::new([(from, y - 0.3), (from + ms, y + 0.3)], COLOURS[part].filled());
                chart.draw_series(std::iter::once(bar)).map_err(undrawn)?;
                from += ms;
            }
        }
        root.present().map_err(undrawn)?;
    }
    let each = timed.iter().map(|(model, speed)| {
        let times = STAGES.iter().zip(parts(speed)).map(|(name, ms)| format!("{name} {ms:.1}"));
        format!("{}: {} ms", model.label, times.collect::<Vec<_>>().join(", "))
    });
    let says = format!("Mean time of one scan by stage. {}.", each.collect::<Vec<_>>().join("; "));
    let key = STAGES.iter().enumerate().map(|(colour, name)| (colour, (*name).to_owned())).collect();
    Ok(Some(Plot { title: "Time of one scan".to_owned(), says, svg, key }))
}

/// A label as it fits beside an axis: its end is what tells models of one file apart.
fn shortened(label: &str) -> String {
    let letters = label.chars().count();
    if letters <= 17 {
        label.to_owned()
    } else {
        format!("…{}", label.chars().skip(letters - 16).collect::<String>())
    }
}
