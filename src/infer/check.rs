//! What a contract must satisfy by itself, before any model is seen.

use super::{Area, Contract, NamedOutput, Values};
use crate::scan::{Error, PixelSize, Result, counted};

/// The layout of the contract document that this portray reads.
pub const CONTRACT_VERSION: u32 = 1;

/// A contract document is never longer, in bytes.
const LONGEST: usize = 1 << 20;

/// The most channels an input may have.
const MOST_CHANNELS: usize = 64;

/// The most numbers a tile or a squeezed scan may hold in all its channels: half a GiB of them.
const MOST_NUMBERS: u64 = 1 << 27;

/// The JSON Schema of the contract document; committed as `models/contract.schema.json`.
pub fn contract_schema() -> schemars::Schema {
    schemars::schema_for!(Contract)
}

impl Contract {
    /// Reads a contract document and checks it. Errors are [`crate::scan::Fault::Model`].
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > LONGEST {
            return Err(Error::model(format!("the contract has {} bytes, at most {LONGEST} are read", text.len())));
        }
        let contract: Self = serde_json::from_str(text).map_err(|e| {
            Error::model(format!("the contract cannot be read: {e}"))
                .help("portray schema contract prints what one holds")
        })?;
        contract.check()?;
        Ok(contract)
    }

    /// Checks every value's range; the error names the key.
    pub fn check(&self) -> Result<()> {
        require(self.schema_version == CONTRACT_VERSION, "schema_version", || {
            format!("is {}, this portray reads {CONTRACT_VERSION}", self.schema_version)
        })?;
        for (key, text) in [("name", &self.name), ("version", &self.version), ("licence", &self.licence)] {
            require(!text.trim().is_empty(), key, || "is empty".to_owned())?;
        }
        self.check_input()?;
        self.check_outputs()?;
        self.check_score()
    }

    fn check_input(&self) -> Result<()> {
        let input = &self.input;
        require(!input.name.is_empty(), "input.name", || "is empty".to_owned())?;
        let channels = input.channels.len();
        require((1..=MOST_CHANNELS).contains(&channels), "input.channels", || {
            format!("names {}, expected 1 to {MOST_CHANNELS}", counted(channels, "channel"))
        })?;
        if let Some((low, high)) = input.range {
            require(low.is_finite() && high.is_finite() && low < high, "input.range", || {
                format!("is {low} to {high}, expected a low value and a higher one")
            })?;
        }
        for (key, values) in [("input.mean", &input.mean), ("input.std", &input.std)] {
            require(values.is_empty() || values.len() == channels, key, || {
                let (values, channels) = (counted(values.len(), "value"), counted(channels, "channel"));
                format!("has {values} for {channels}, expected none or one for each")
            })?;
            require(values.iter().all(|v| v.is_finite()), key, || "holds a value that is not finite".to_owned())?;
        }
        require(input.std.iter().all(|&v| v > 0.0), "input.std", || "holds a value that is not positive".to_owned())?;
        require(PixelSize::RANGE_MM.contains(&input.pixel_mm), "input.pixel_mm", || {
            let (low, high) = (PixelSize::RANGE_MM.start(), PixelSize::RANGE_MM.end());
            format!("is {} mm, expected {low} to {high}", input.pixel_mm)
        })?;
        let side = |key: &'static str, value: u32, least: u32, most: u32| {
            require((least..=most).contains(&value), key, || format!("is {value} pixels, expected {least} to {most}"))
        };
        if let Area::Tile { width, height, .. } | Area::Resize { width, height } = input.area {
            let numbers = channels as u64 * u64::from(width) * u64::from(height);
            require(numbers <= MOST_NUMBERS, "input.area", || {
                format!("holds {numbers} numbers with its channels, at most {MOST_NUMBERS} are supported")
            })?;
        }
        match input.area {
            Area::Whole { multiple } => side("input.area.multiple", multiple, 1, 4096),
            Area::Tile { width, height, overlap } => {
                side("input.area.width", width, 8, 16384)?;
                side("input.area.height", height, 8, 16384)?;
                side("input.area.overlap", overlap, 0, width.min(height) / 2)
            }
            Area::Resize { width, height } => {
                side("input.area.width", width, 8, 16384)?;
                side("input.area.height", height, 8, 16384)
            }
        }
    }

    fn check_outputs(&self) -> Result<()> {
        let outputs = &self.outputs;
        require(outputs.map.is_some() || outputs.score.is_some() || outputs.boxes.is_some(), "outputs", || {
            "names none of map, score and boxes, expected at least one".to_owned()
        })?;
        for (key, output) in [("outputs.map", &outputs.map), ("outputs.score", &outputs.score)] {
            if let Some(output) = output {
                check_output(key, output)?;
            }
        }
        if let Some(boxes) = &outputs.boxes {
            require(!boxes.boxes.is_empty() && !boxes.scores.is_empty(), "outputs.boxes", || {
                "has an empty output name".to_owned()
            })?;
        }
        self.check_maps_beside()?;
        if let Some(familiarity) = &outputs.familiarity {
            require(!familiarity.name.is_empty(), "outputs.familiarity", || "has an empty name".to_owned())?;
            require((0.0..=1.0).contains(&familiarity.least), "outputs.familiarity.least", || {
                format!("is {}, expected 0 to 1", familiarity.least)
            })?;
        }
        if let Some(features) = &outputs.features {
            require(!features.name.is_empty(), "outputs.features", || "has an empty name".to_owned())?;
        }
        Ok(())
    }

    /// The maps that lie on the anomaly map's grid.
    fn check_maps_beside(&self) -> Result<()> {
        let outputs = &self.outputs;
        let needs_map = |key: &str, name: &str| {
            require(!name.is_empty(), key, || "has an empty name".to_owned())?;
            require(outputs.map.is_some(), key, || "needs `outputs.map`: regions come from that".to_owned())
        };
        if let Some(output) = &outputs.classes {
            needs_map("outputs.classes", &output.name)?;
            require(!matches!(output.values, Values::Linear { .. }), "outputs.classes.values", || {
                "is linear, expected logits, softmax or probability".to_owned()
            })?;
            let classes = &output.classes;
            require(!classes.is_empty(), "outputs.classes.classes", || "names no class".to_owned())?;
            let again = (1..classes.len()).find(|&at| classes[..at].contains(&classes[at]));
            require(again.is_none(), "outputs.classes.classes", || {
                format!("names `{}` twice", again.map_or("", |at| classes[at].as_str()))
            })?;
        }
        if let Some(output) = &outputs.excess {
            needs_map("outputs.excess", &output.name)?;
            require(output.sigma.is_none_or(|sigma| sigma > 0.0 && sigma <= 10.0), "outputs.excess.sigma", || {
                format!("is {}, expected over 0 and at most 10", output.sigma.unwrap_or_default())
            })?;
        }
        Ok(())
    }

    fn check_score(&self) -> Result<()> {
        let score = &self.score;
        for (key, value) in [
            ("score.threshold", score.threshold),
            ("score.region_seed", score.region_seed),
            ("score.region_grow", score.region_grow),
        ] {
            require((0.0..=1.0).contains(&value), key, || format!("is {value}, expected 0 to 1"))?;
        }
        require(score.region_grow <= score.region_seed, "score.region_grow", || {
            format!("is {}, more than region_seed, which is {}", score.region_grow, score.region_seed)
        })?;
        for (key, value) in [("score.min_area_mm2", score.min_area_mm2), ("score.merge_mm", score.merge_mm)] {
            require(value.is_finite() && value >= 0.0, key, || format!("is {value}, expected 0 or more"))?;
        }
        let Some(calibration) = &self.calibration else { return Ok(()) };
        require((0.0..=1.0).contains(&calibration.false_alarms), "calibration.false_alarms", || {
            format!("is {}, expected a rate from 0 to 1", calibration.false_alarms)
        })?;
        require(calibration.scans > 0, "calibration.scans", || "is 0, expected the number of clean scans".to_owned())
    }
}

fn check_output(key: &str, output: &NamedOutput) -> Result<()> {
    require(!output.name.is_empty(), key, || "has an empty name".to_owned())?;
    if let Values::Linear { low, high } = output.values {
        require(low.is_finite() && high.is_finite() && low < high, key, || {
            format!("scales from {low} to {high}, expected a low value and a higher one")
        })?;
    }
    Ok(())
}

fn require(holds: bool, key: &str, found: impl FnOnce() -> String) -> Result<()> {
    if holds {
        return Ok(());
    }
    Err(Error::model(format!("`{key}` {}", found())).at("contract").help("correct the model's contract"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::infer::{
        Calibration, Channel, ClassOutput, ExcessOutput, FamiliarityOutput, FeatureOutput, InputContract, Outputs,
        ScoreContract,
    };
    use crate::scan::{Fault, LoadClass};

    /// A contract that holds; tests change what they are about.
    pub(crate) fn good() -> Contract {
        Contract {
            schema_version: 1,
            name: "test".to_owned(),
            version: "1".to_owned(),
            licence: "MIT".to_owned(),
            summary: "for a test".to_owned(),
            baseline: false,
            input: InputContract {
                name: "scan".to_owned(),
                channels: vec![Channel::Attenuation],
                range: None,
                mean: Vec::new(),
                std: Vec::new(),
                pixel_mm: 5.0,
                area: Area::Whole { multiple: 1 },
            },
            outputs: Outputs {
                map: Some(NamedOutput { name: "map".to_owned(), values: Values::Probability, class: 0 }),
                ..Outputs::default()
            },
            score: ScoreContract {
                threshold: 0.5,
                region_seed: 0.5,
                region_grow: 0.2,
                min_area_mm2: 0.0,
                merge_mm: 0.0,
            },
            calibration: None,
        }
    }

    /// The same with every output that says more than a map.
    pub(crate) fn outspoken() -> Contract {
        let mut contract = good();
        contract.outputs = Outputs {
            classes: Some(ClassOutput {
                name: "classes".to_owned(),
                values: Values::Softmax,
                classes: vec![LoadClass::RipOff, LoadClass::InCargo],
            }),
            excess: Some(ExcessOutput { name: "excess".to_owned(), sigma: Some(0.4) }),
            familiarity: Some(FamiliarityOutput { name: "familiarity".to_owned(), least: 0.1 }),
            features: Some(FeatureOutput { name: "features".to_owned() }),
            ..contract.outputs
        };
        contract
    }

    #[test]
    fn every_output_beside_the_map_has_its_rules() {
        type Break = fn(&mut Outputs);
        let cases: &[(&str, &str, Break)] = &[
            ("outputs.classes", "has an empty name", |o| o.classes.as_mut().unwrap().name.clear()),
            ("outputs.classes", "needs `outputs.map`", |o| {
                *o = Outputs { map: None, excess: None, score: o.map.clone(), ..o.clone() };
            }),
            ("outputs.classes.values", "is linear", |o| {
                o.classes.as_mut().unwrap().values = Values::Linear { low: 0.0, high: 1.0 };
            }),
            ("outputs.classes.classes", "names no class", |o| o.classes.as_mut().unwrap().classes.clear()),
            ("outputs.classes.classes", "names `rip_off` twice", |o| {
                o.classes.as_mut().unwrap().classes.push(LoadClass::RipOff);
            }),
            ("outputs.excess", "has an empty name", |o| o.excess.as_mut().unwrap().name.clear()),
            ("outputs.excess", "needs `outputs.map`", |o| {
                *o = Outputs { map: None, classes: None, score: o.map.clone(), ..o.clone() };
            }),
            ("outputs.excess.sigma", "is 0, expected", |o| o.excess.as_mut().unwrap().sigma = Some(0.0)),
            ("outputs.excess.sigma", "is 11, expected", |o| o.excess.as_mut().unwrap().sigma = Some(11.0)),
            ("outputs.excess.sigma", "is NaN, expected", |o| o.excess.as_mut().unwrap().sigma = Some(f32::NAN)),
            ("outputs.familiarity", "has an empty name", |o| o.familiarity.as_mut().unwrap().name.clear()),
            ("outputs.familiarity.least", "is 1.5", |o| o.familiarity.as_mut().unwrap().least = 1.5),
            ("outputs.familiarity.least", "is NaN", |o| o.familiarity.as_mut().unwrap().least = f32::NAN),
            ("outputs.features", "has an empty name", |o| o.features.as_mut().unwrap().name.clear()),
            // They say more of what these find, and alone they find nothing.
            ("outputs", "names none of map, score and boxes", |o| o.map = None),
        ];
        outspoken().check().unwrap();
        for (key, words, change) in cases {
            let mut contract = outspoken();
            change(&mut contract.outputs);
            let error = contract.check().unwrap_err();
            assert_eq!(error.fault, Fault::Model);
            assert!(error.message.starts_with(&format!("`{key}` {words}")), "{key}: {error}");
        }
        assert_eq!(cases.len(), 15);
        // Classes are those that truth files know.
        let text = serde_json::to_string(&outspoken()).unwrap();
        assert_eq!(Contract::parse(&text).unwrap(), outspoken());
        let error = Contract::parse(&text.replace("rip_off", "ripoff")).unwrap_err().to_string();
        assert!(error.contains("unknown variant `ripoff`") && error.contains("`in_cargo`"), "{error}");
    }

    #[test]
    fn every_value_out_of_range_is_named() {
        type Break = fn(&mut Contract);
        let cases: &[(&str, Break)] = &[
            ("schema_version", |c| c.schema_version = 2),
            ("name", |c| c.name = " ".to_owned()),
            ("version", |c| c.version.clear()),
            ("licence", |c| c.licence.clear()),
            ("input.name", |c| c.input.name.clear()),
            ("input.channels", |c| c.input.channels.clear()),
            ("input.channels", |c| c.input.channels = vec![Channel::Ratio; 65]),
            ("input.range", |c| c.input.range = Some((1.0, 1.0))),
            ("input.range", |c| c.input.range = Some((0.0, f32::INFINITY))),
            ("input.mean", |c| c.input.mean = vec![0.0; 2]),
            ("input.mean", |c| c.input.mean = vec![f32::NAN]),
            ("input.std", |c| c.input.std = vec![0.0]),
            ("input.pixel_mm", |c| c.input.pixel_mm = 0.0),
            ("input.pixel_mm", |c| c.input.pixel_mm = f32::NAN),
            ("input.area.multiple", |c| c.input.area = Area::Whole { multiple: 0 }),
            ("input.area.width", |c| c.input.area = Area::Tile { width: 4, height: 64, overlap: 0 }),
            ("input.area.height", |c| c.input.area = Area::Tile { width: 64, height: 20_000, overlap: 0 }),
            ("input.area.overlap", |c| c.input.area = Area::Tile { width: 64, height: 32, overlap: 17 }),
            ("input.area.width", |c| c.input.area = Area::Resize { width: 0, height: 64 }),
            ("input.area.height", |c| c.input.area = Area::Resize { width: 64, height: 0 }),
            ("input.area", |c| c.input.area = Area::Resize { width: 16384, height: 16384 }),
            ("outputs", |c| c.outputs = Outputs::default()),
            ("outputs.map", |c| c.outputs.map.as_mut().unwrap().name.clear()),
            ("outputs.map", |c| c.outputs.map.as_mut().unwrap().values = Values::Linear { low: 1.0, high: 0.0 }),
            ("score.threshold", |c| c.score.threshold = 1.5),
            ("score.threshold", |c| c.score.threshold = f32::NAN),
            ("score.region_seed", |c| c.score.region_seed = -0.1),
            ("score.region_grow", |c| c.score.region_grow = 0.6),
            ("score.min_area_mm2", |c| c.score.min_area_mm2 = -1.0),
            ("score.merge_mm", |c| c.score.merge_mm = f32::INFINITY),
            ("calibration.false_alarms", |c| {
                c.calibration = Some(Calibration { false_alarms: 2.0, scans: 1, source: String::new() });
            }),
            ("calibration.scans", |c| {
                c.calibration = Some(Calibration { false_alarms: 0.1, scans: 0, source: String::new() });
            }),
        ];
        good().check().unwrap();
        for (key, change) in cases {
            let mut contract = good();
            change(&mut contract);
            let error = contract.check().unwrap_err();
            assert_eq!(error.fault, Fault::Model);
            assert!(error.message.starts_with(&format!("`{key}` ")), "{key}: {error}");
        }
        assert_eq!(cases.len(), 32);
    }

    #[test]
    fn documents_read_back_and_unknown_keys_are_refused() {
        let text = serde_json::to_string(&good()).unwrap();
        assert_eq!(Contract::parse(&text).unwrap(), good());
        let more = text.replacen('{', "{\"threshhold\":1,", 1);
        let error = Contract::parse(&more).unwrap_err().to_string();
        assert!(error.contains("threshhold") && error.contains("portray schema contract"), "{error}");
        assert!(Contract::parse(&" ".repeat(LONGEST + 1)).unwrap_err().to_string().contains("at most"));
        assert!(Contract::parse("{").is_err());
    }

    #[test]
    fn the_schema_holds_a_real_contract() {
        let schema = serde_json::to_value(contract_schema()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for contract in [good(), outspoken()] {
            assert!(validator.is_valid(&serde_json::to_value(contract).unwrap()));
        }
        assert!(!validator.is_valid(&serde_json::json!({ "schema_version": 1 })));
    }
}
