//! What a run needs to go on: parameters, moments, and where it stands.
//!
//! In and out: one file, replaced as a whole, so that a run killed while it saves goes on from the
//! save before.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::train::pack::Cursor;

/// The state's name in the run's folder.
pub const STATE: &str = "state.safetensors";

/// Where a run stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The stage, from 0; as many as there are when all is done.
    pub stage: usize,
    /// Updates made in this stage.
    pub step: u64,
    /// Updates made in all.
    pub updates: u64,
    /// Tokens trained on, padding excluded.
    pub tokens: u64,
    /// Seconds spent.
    pub seconds: f64,
    /// Where the stage's stream stands.
    pub cursor: Cursor,
    /// Hash of `train.toml` without what may change on resuming.
    pub options: String,
}

/// A saved run.
pub struct State {
    /// Where it stands.
    pub place: Place,
    /// The master parameters.
    pub flat: Tensor,
    /// AdamW's first moment.
    pub m: Tensor,
    /// AdamW's second moment.
    pub v: Tensor,
}

impl State {
    /// Writes the state.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let failed = |e: candle_core::Error| Error::failed("cannot save the state").at(path).caused_by(e);
        let place = serde_json::to_vec(&self.place)
            .map_err(|e| Error::failed("cannot save the state").at(path).caused_by(e))?;
        let place = Tensor::new(place.as_slice(), &Device::Cpu).map_err(failed)?;
        let tensors: HashMap<&str, Tensor> = HashMap::from([
            ("flat", self.flat.clone()),
            ("m", self.m.clone()),
            ("v", self.v.clone()),
            ("place", place),
        ]);
        let temporary = path.with_extension("part");
        candle_core::safetensors::save(&tensors, &temporary).map_err(failed)?;
        std::fs::rename(&temporary, path).map_err(|e| Error::io("cannot save the state", path, e))
    }

    /// Reads a state.
    ///
    /// # Errors
    /// When the file is not a state.
    pub fn load(path: &Path, device: &Device) -> Result<Self> {
        let broken = || Error::failed("not a saved training state").at(path);
        let mut tensors =
            candle_core::safetensors::load(path, &Device::Cpu).map_err(|e| broken().caused_by(e))?;
        let mut take = |name: &str| tensors.remove(name).ok_or_else(broken);
        let place: Vec<u8> = take("place")?.to_vec1()?;
        let place = serde_json::from_slice(&place).map_err(|e| broken().caused_by(e))?;
        let on = |t: Tensor| t.to_device(device);
        Ok(Self { place, flat: on(take("flat")?)?, m: on(take("m")?)?, v: on(take("v")?)? })
    }
}
