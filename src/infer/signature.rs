//! What a model really takes and returns, and whether its contract tells the same.

use super::{Area, Contract};
use crate::scan::{Error, Result};
use ort::value::{Outlet, ValueType};
use serde::Serialize;
use std::fmt;

/// One input or output of a graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TensorSpec {
    /// Its name.
    pub name: String,
    /// The element type, such as `float32`, or what it is instead of a tensor.
    pub element: String,
    /// The sizes; nothing where the graph leaves one open.
    pub dims: Vec<Option<u64>>,
}

impl fmt::Display for TensorSpec {
    /// Writes name, type and sizes, with a question mark for an open one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dims: Vec<String> = self.dims.iter().map(|d| d.map_or("?".to_owned(), |d| d.to_string())).collect();
        write!(f, "`{}` ({} [{}])", self.name, self.element, dims.join(","))
    }
}

impl From<&Outlet> for TensorSpec {
    fn from(outlet: &Outlet) -> Self {
        let (element, dims) = match outlet.dtype() {
            ValueType::Tensor { ty, shape, .. } => {
                (element_name(&ty.to_string()), shape.iter().map(|&d| u64::try_from(d).ok()).collect())
            }
            other => (other.to_string(), Vec::new()),
        };
        Self { name: outlet.name().to_owned(), element, dims }
    }
}

/// ort's short type names (`f32`, `u8`, `bf16`) as model authors write them (`float32`, `uint8`, `bfloat16`).
fn element_name(short: &str) -> String {
    let digits = short.find(|c: char| c.is_ascii_digit()).unwrap_or(short.len());
    let long = match &short[..digits] {
        "f" => "float",
        "bf" => "bfloat",
        "i" => "int",
        "u" => "uint",
        "c" => "complex",
        "String" => "string",
        other => other,
    };
    format!("{long}{}", &short[digits..])
}

/// Every input and output of a graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// The inputs that a caller must give.
    pub inputs: Vec<TensorSpec>,
    /// The outputs.
    pub outputs: Vec<TensorSpec>,
}

impl Signature {
    /// The largest batch the input allows: nothing where it is open.
    pub(super) fn fixed_batch(&self, input: &str) -> Option<u64> {
        self.inputs.iter().find(|spec| spec.name == input)?.dims.first().copied().flatten()
    }

    /// Compares the contract with the graph and lists everything that does not fit.
    pub fn check(&self, contract: &Contract) -> Result<()> {
        let mut faults = Vec::new();
        self.check_input(contract, &mut faults);
        self.check_outputs(contract, &mut faults);
        if faults.is_empty() {
            return Ok(());
        }
        Err(Error::model(format!("contract and model disagree: {}", faults.join("; ")))
            .help("correct the contract, or give one that fits with --contract FILE"))
    }

    fn check_input(&self, contract: &Contract, faults: &mut Vec<String>) {
        let input = &contract.input;
        let Some(spec) = self.inputs.iter().find(|spec| spec.name == input.name) else {
            faults.push(format!(
                "the contract names input `{}`, the model has {}",
                input.name,
                list("inputs", &self.inputs)
            ));
            return;
        };
        for other in self.inputs.iter().filter(|other| other.name != input.name) {
            faults.push(format!("the model also wants input {other}, a contract gives it one input"));
        }
        if spec.element != "float32" {
            faults.push(format!("input {spec} must be float32"));
        }
        let [batch, channels, rows, columns] = spec.dims[..] else {
            faults.push(format!("input {spec} must have 4 dimensions: batch, channels, rows, columns"));
            return;
        };
        let named = input.channels.len() as u64;
        if channels.is_some_and(|found| found != named) {
            faults.push(format!("the contract names {named} channels, input {spec} has {}", channels.unwrap_or(0)));
        }
        let expected = match input.area {
            Area::Whole { .. } => {
                if rows.is_some() || columns.is_some() {
                    faults.push(format!(
                        "the contract runs the whole scan, which can have any size, but input {spec} fixes it: use the \
                         area mode tile or resize"
                    ));
                }
                None
            }
            Area::Tile { width, height, .. } | Area::Resize { width, height } => Some((width, height)),
        };
        if let Some((width, height)) = expected {
            let differs = |found: Option<u64>, wanted: u32| found.is_some_and(|found| found != u64::from(wanted));
            if differs(columns, width) || differs(rows, height) {
                faults.push(format!("the contract gives {height} rows and {width} columns, input {spec} has others"));
            }
        }
        let one_at_a_time = !matches!(input.area, Area::Tile { .. }) || contract.outputs.boxes.is_some();
        match batch {
            Some(0) => faults.push(format!("input {spec} takes no image at all")),
            Some(batch) if batch > 1 && one_at_a_time => {
                faults.push(format!("input {spec} takes {batch} images at once, expected 1 or any number"));
            }
            _ => {}
        }
    }

    /// The output that a contract names; tells where it is not there or not of that kind.
    fn output(
        &self,
        faults: &mut Vec<String>,
        what: &str,
        name: &str,
        ranks: &[usize],
        floats: bool,
    ) -> Option<&TensorSpec> {
        let Some(spec) = self.outputs.iter().find(|spec| spec.name == name) else {
            let outputs = list("outputs", &self.outputs);
            faults.push(format!("the contract names {what} output `{name}`, the model has {outputs}"));
            return None;
        };
        if floats && spec.element != "float32" {
            faults.push(format!("{what} output {spec} must be float32"));
        }
        // A graph may leave the rank open, which reads as no dimensions; the first run tells then.
        if !spec.dims.is_empty() && !ranks.contains(&spec.dims.len()) {
            let wanted: Vec<String> = ranks.iter().map(ToString::to_string).collect();
            faults.push(format!("{what} output {spec} must have {} dimensions", wanted.join(" or ")));
            return None;
        }
        Some(spec)
    }

    fn check_outputs(&self, contract: &Contract, faults: &mut Vec<String>) {
        let outputs = &contract.outputs;
        let mut more = Vec::new();
        let mut class = |what: &str, spec: Option<&TensorSpec>, class: u32, at: usize, rank: usize| {
            let Some(spec) = spec.filter(|spec| spec.dims.len() == rank) else { return };
            if let Some(classes) = spec.dims[at].filter(|&classes| u64::from(class) >= classes) {
                more.push(format!("the contract picks class {class} of {what} output {spec}, which has {classes}"));
            }
        };
        let mut map = None;
        if let Some(output) = &outputs.map {
            map = self.output(faults, "map", &output.name, &[2, 3, 4], true);
            class("map", map, output.class, 1, 4);
        }
        if let Some(score) = &outputs.score {
            class("score", self.output(faults, "score", &score.name, &[1, 2], true), score.class, 1, 2);
        }
        let mut last = None;
        if let Some(boxes) = &outputs.boxes {
            last = self.output(faults, "boxes", &boxes.boxes, &[2, 3], true);
            self.output(faults, "box scores", &boxes.scores, &[1, 2], true);
            if let Some(labels) = &boxes.labels {
                self.output(faults, "box labels", labels, &[1, 2], false);
            }
        }
        if let Some(spec) = last.filter(|spec| matches!(spec.dims.last(), Some(Some(n)) if *n != 4)) {
            more.push(format!("boxes output {spec} must end in 4 coordinates"));
        }
        faults.append(&mut more);
        self.check_evidence(contract, map, faults);
    }

    /// The outputs that say more of what map, score and boxes find.
    fn check_evidence(&self, contract: &Contract, map: Option<&TensorSpec>, faults: &mut Vec<String>) {
        let outputs = &contract.outputs;
        let differs = |found: Option<u64>, wanted: u64| found.is_some_and(|found| found != wanted);
        let mut on_grid = Vec::new();
        if let Some(output) = &outputs.classes {
            let spec = self.output(faults, "classes", &output.name, &[4], true);
            on_grid.push(("classes", spec));
            let named = output.classes.len() as u64;
            if let Some(spec) = spec.filter(|spec| spec.dims.get(1).is_some_and(|&found| differs(found, named))) {
                let channels = spec.dims[1].unwrap_or(0);
                faults.push(format!("the contract names {named} classes, classes output {spec} has {channels}"));
            }
        }
        if let Some(output) = &outputs.excess {
            let spec = self.output(faults, "excess", &output.name, &[3, 4], true);
            on_grid.push(("excess", spec));
            if let Some(spec) = spec.filter(|spec| spec.dims.len() == 4 && differs(spec.dims[1], 1)) {
                faults.push(format!("excess output {spec} must have 1 channel"));
            }
        }
        for (what, spec) in on_grid {
            let (Some(spec), Some(map)) = (spec, map) else { continue };
            let sides = |spec: &TensorSpec| spec.dims.iter().rev().take(2).copied().collect::<Vec<_>>();
            if sides(spec).into_iter().zip(sides(map)).any(|(a, b)| a.zip(b).is_some_and(|(a, b)| a != b)) {
                faults.push(format!("{what} output {spec} must be on the grid of map output {map}"));
            }
        }
        if let Some(output) = &outputs.familiarity {
            let spec = self.output(faults, "familiarity", &output.name, &[1, 2], true);
            if let Some(spec) = spec.filter(|spec| spec.dims.len() == 2 && differs(spec.dims[1], 1)) {
                faults.push(format!("familiarity output {spec} must be one number a scan"));
            }
        }
        if let Some(output) = &outputs.features {
            self.output(faults, "features", &output.name, &[2], true);
        }
    }
}

fn list(what: &str, specs: &[TensorSpec]) -> String {
    if specs.is_empty() {
        return format!("no {what}");
    }
    let specs: Vec<String> = specs.iter().map(ToString::to_string).collect();
    format!("{what} {}", specs.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::check::tests::{good, outspoken};
    use crate::infer::{BoxLayout, BoxOutput, Channel, NamedOutput, Values};

    fn spec(name: &str, element: &str, dims: &[i64]) -> TensorSpec {
        TensorSpec {
            name: name.to_owned(),
            element: element.to_owned(),
            dims: dims.iter().map(|&d| u64::try_from(d).ok()).collect(),
        }
    }

    fn graph(input: TensorSpec, outputs: Vec<TensorSpec>) -> Signature {
        Signature { inputs: vec![input], outputs }
    }

    #[test]
    fn element_types_have_their_usual_names() {
        for (short, long) in [("f32", "float32"), ("bf16", "bfloat16"), ("u8", "uint8"), ("bool", "bool")] {
            assert_eq!(element_name(short), long);
        }
    }

    #[test]
    fn every_disagreement_is_told_in_the_authors_words() {
        let map = || spec("map", "float32", &[-1, 1, -1, -1]);
        let scan = || spec("scan", "float32", &[-1, 1, -1, -1]);
        let tile = Area::Tile { width: 64, height: 32, overlap: 8 };
        let mut cases = 0;
        let mut told = |contract: &Contract, signature: &Signature, expected: &str| {
            let error = signature.check(contract).unwrap_err().to_string();
            assert!(error.contains(expected), "expected {expected:?} in {error:?}");
            cases += 1;
        };
        let contract = good();
        graph(scan(), vec![map()]).check(&contract).unwrap();

        let image = spec("image", "float32", &[1, 3, -1, -1]);
        told(
            &contract,
            &graph(image, vec![map()]),
            "the contract names input `scan`, the model has inputs `image` (float32 [1,3,?,?])",
        );
        let mut two = graph(scan(), vec![map()]);
        two.inputs.push(spec("mask", "float32", &[1]));
        told(&contract, &two, "also wants input `mask`");
        told(&contract, &graph(spec("scan", "float16", &[1, 1, -1, -1]), vec![map()]), "must be float32");
        told(&contract, &graph(spec("scan", "float32", &[1, -1]), vec![map()]), "must have 4 dimensions");
        told(&contract, &graph(spec("scan", "float32", &[1, 3, -1, -1]), vec![map()]), "names 1 channels");
        told(
            &contract,
            &graph(spec("scan", "float32", &[1, 1, 512, 512]), vec![map()]),
            "use the area mode tile or resize",
        );
        told(&contract, &graph(spec("scan", "float32", &[4, 1, -1, -1]), vec![map()]), "takes 4 images at once");
        told(&contract, &graph(spec("scan", "float32", &[0, 1, -1, -1]), vec![map()]), "no image at all");
        told(
            &contract,
            &graph(scan(), vec![spec("anomaly", "float32", &[1, 1, -1, -1])]),
            "names map output `map`, the model has outputs `anomaly`",
        );
        told(&contract, &graph(scan(), vec![]), "the model has no outputs");
        told(
            &contract,
            &graph(scan(), vec![spec("map", "int64", &[1, 1, -1, -1])]),
            "map output `map` (int64 [1,1,?,?]) must be float32",
        );
        told(&contract, &graph(scan(), vec![spec("map", "float32", &[1])]), "must have 2 or 3 or 4 dimensions");

        let mut tiled = good();
        tiled.input.area = tile;
        told(&tiled, &graph(spec("scan", "float32", &[-1, 1, 64, 32]), vec![map()]), "gives 32 rows and 64 columns");
        graph(spec("scan", "float32", &[4, 1, 32, 64]), vec![map()]).check(&tiled).unwrap();

        let mut classes = good();
        classes.outputs.map.as_mut().unwrap().class = 2;
        told(&classes, &graph(scan(), vec![spec("map", "float32", &[1, 2, -1, -1])]), "picks class 2 of map output");
        let mut score = good();
        score.input.channels = vec![Channel::Attenuation];
        score.outputs.score = Some(NamedOutput { name: "score".to_owned(), values: Values::Logits, class: 1 });
        told(&score, &graph(scan(), vec![map(), spec("score", "float32", &[-1, 1])]), "picks class 1 of score output");

        let mut boxes = good();
        boxes.outputs.boxes = Some(BoxOutput {
            boxes: "boxes".to_owned(),
            scores: "scores".to_owned(),
            labels: Some("labels".to_owned()),
            classes: vec![],
            layout: BoxLayout::Xyxy,
        });
        let scores = || spec("scores", "float32", &[-1]);
        told(
            &boxes,
            &graph(scan(), vec![map(), spec("boxes", "float32", &[-1, 5]), scores()]),
            "must end in 4 coordinates",
        );
        told(
            &boxes,
            &graph(scan(), vec![map(), spec("boxes", "float32", &[-1, 4]), scores()]),
            "box labels output `labels`",
        );
        assert_eq!(cases, 17);
    }

    #[test]
    fn outputs_that_say_more_are_compared_too() {
        let open = [
            ("map", vec![-1, 1, -1, -1]),
            ("classes", vec![-1, 2, -1, -1]),
            ("excess", vec![-1, 1, -1, -1]),
            ("familiarity", vec![-1, 1]),
            ("features", vec![-1, 96]),
        ];
        let with =
            |name: &str, element: &str, dims: &[i64]| {
                let specs = open.iter().map(|(other, open)| {
                    if *other == name { spec(name, element, dims) } else { spec(other, "float32", open) }
                });
                graph(spec("scan", "float32", &[-1, 1, -1, -1]), specs.collect())
            };
        let contract = outspoken();
        with("", "", &[]).check(&contract).unwrap();
        for (name, dims) in [("excess", &[-1, -1, -1][..]), ("familiarity", &[-1]), ("classes", &[]), ("features", &[])]
        {
            with(name, "float32", dims).check(&contract).unwrap();
        }
        let cases: [(&str, &str, &[i64], &str); 10] = [
            ("classes", "float32", &[-1, -1, -1], "classes output `classes` (float32 [?,?,?]) must have 4 dimensions"),
            (
                "classes",
                "float32",
                &[-1, 6, -1, -1],
                "names 2 classes, classes output `classes` (float32 [?,6,?,?]) has 6",
            ),
            ("classes", "int64", &[-1, 2, -1, -1], "classes output `classes` (int64 [?,2,?,?]) must be float32"),
            ("excess", "float32", &[-1, -1], "must have 3 or 4 dimensions"),
            ("excess", "float32", &[-1, 2, -1, -1], "excess output `excess` (float32 [?,2,?,?]) must have 1 channel"),
            ("excess", "float16", &[-1, 1, -1, -1], "must be float32"),
            ("familiarity", "float32", &[-1, 2], "familiarity output `familiarity` (float32 [?,2]) must be one number"),
            ("familiarity", "float32", &[-1, 1, 1], "must have 1 or 2 dimensions"),
            ("features", "float32", &[-1], "features output `features` (float32 [?]) must have 2 dimensions"),
            ("features", "int8", &[-1, 9], "must be float32"),
        ];
        for (name, element, dims, expected) in cases {
            let error = with(name, element, dims).check(&contract).unwrap_err().to_string();
            assert!(error.contains(expected), "expected {expected:?} in {error:?}");
        }
        // All four that are missing are told at once.
        let alone = graph(spec("scan", "float32", &[-1, 1, -1, -1]), vec![spec("map", "float32", &[-1, 1, -1, -1])]);
        let error = alone.check(&contract).unwrap_err().to_string();
        for name in ["classes", "excess", "familiarity", "features"] {
            assert!(error.contains(&format!("the contract names {name} output `{name}`, the model has")), "{error}");
        }
        let mut apart = with("map", "float32", &[1, 64, 32]);
        apart.outputs[1].dims = [Some(1), Some(2), Some(32), Some(32)].to_vec();
        let error = apart.check(&contract).unwrap_err().to_string();
        let expected = "classes output `classes` (float32 [1,2,32,32]) must be on the grid of map output `map` (float32 [1,64,32])";
        assert!(error.contains(expected), "{error}");
    }
}
