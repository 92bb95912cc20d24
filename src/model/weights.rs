//! Weight files: safetensors, whole or in shards, read tensor by tensor.
//!
//! In: `model.safetensors`, or `model.safetensors.index.json` and the shards it names; or the bytes
//! of both, embedded. Out: tensors of a wanted type on a device. A file is never held in memory
//! whole, except an embedded one; nothing is mapped, so that a file cut short while it is read is an
//! error and no signal.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use candle_core::{DType, Device, Tensor};
use serde::Deserialize;
use serde_json::Value;
use xxhash_rust::xxh3::Xxh3;

use crate::error::{Error, Result};
use crate::model::decoder::Weights;

/// The header of a safetensors file may be this long (the format's own limit).
const MAX_HEADER: u64 = 100_000_000;

/// Where a tensor lies.
#[derive(Debug, Clone)]
struct Entry {
    file: usize,
    dtype: DType,
    shape: Vec<usize>,
    start: u64,
    len: usize,
}

#[derive(Debug)]
enum Source {
    Disk(Mutex<File>),
    Embedded(&'static [u8]),
}

/// The weights of a checkpoint.
#[derive(Debug)]
pub struct WeightFiles {
    files: Vec<(PathBuf, Source)>,
    tensors: HashMap<String, Entry>,
}

impl WeightFiles {
    /// The weights in `folder`.
    ///
    /// # Errors
    /// No weights, or a file that is broken or cut short.
    pub fn folder(folder: &Path) -> Result<Self> {
        let single = folder.join("model.safetensors");
        let index = folder.join("model.safetensors.index.json");
        let paths = if single.is_file() {
            vec![single]
        } else if index.is_file() {
            let text = std::fs::read(&index).map_err(|e| Error::io("cannot read", &index, e))?;
            shards(&text, &index)?.into_iter().map(|name| folder.join(name)).collect()
        } else {
            let mut error =
                Error::config("no model.safetensors and no model.safetensors.index.json").at(folder);
            if folder.join("pytorch_model.bin").is_file() {
                error = error.help("only safetensors are read: convert pytorch_model.bin with transformers");
            }
            return Err(error);
        };
        let mut all = Self { files: Vec::new(), tensors: HashMap::new() };
        for path in paths {
            let file = File::open(&path).map_err(|e| Error::io("cannot open", &path, e))?;
            all.add(path, Source::Disk(Mutex::new(file)))?;
        }
        Ok(all)
    }

    /// Embedded shards: names and bytes.
    ///
    /// # Errors
    /// A broken file.
    pub fn embedded(files: &[(&str, &'static [u8])]) -> Result<Self> {
        let mut all = Self { files: Vec::new(), tensors: HashMap::new() };
        for (name, bytes) in files {
            all.add(PathBuf::from(name), Source::Embedded(bytes))?;
        }
        Ok(all)
    }

    fn add(&mut self, path: PathBuf, source: Source) -> Result<()> {
        let broken = |what: String| {
            Error::failed(what).at(&path).help("the file is damaged or not fully downloaded: fetch it again")
        };
        let size = match &source {
            Source::Disk(file) => {
                let file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                file.metadata().map_err(|e| Error::io("cannot read", &path, e))?.len()
            }
            Source::Embedded(bytes) => bytes.len() as u64,
        };
        if size < 8 {
            return Err(broken("not a safetensors file: too short".to_owned()));
        }
        let mut length = [0; 8];
        source.read_at(0, &mut length).map_err(|e| Error::io("cannot read", &path, e))?;
        let header_len = u64::from_le_bytes(length);
        if header_len > MAX_HEADER || header_len > size - 8 {
            return Err(broken(format!(
                "not a safetensors file, or cut short: a header of {header_len} bytes"
            )));
        }
        let mut header = vec![0; header_len as usize];
        source.read_at(8, &mut header).map_err(|e| Error::io("cannot read", &path, e))?;
        let header: HashMap<String, Value> =
            serde_json::from_slice(&header).map_err(|e| broken(format!("broken safetensors header: {e}")))?;
        let data = 8 + header_len;
        for (name, info) in header {
            if name == "__metadata__" {
                continue;
            }
            let info: Info = serde_json::from_value(info)
                .map_err(|e| broken(format!("broken entry of tensor {name}: {e}")))?;
            let (begin, end) = info.data_offsets;
            if end > size - data {
                return Err(broken(format!(
                    "cut short inside tensor {name}: {size} bytes, and the header promises {}",
                    data.saturating_add(end)
                )));
            }
            // Other types (integers) are left out: asked for, they are reported missing.
            let Some(dtype) = float(&info.dtype) else { continue };
            let numbers = info.shape.iter().try_fold(dtype.size_in_bytes(), |n, &d| n.checked_mul(d));
            let len = end.checked_sub(begin).and_then(|n| usize::try_from(n).ok());
            match len {
                Some(len) if numbers == Some(len) => {
                    let entry =
                        Entry { file: self.files.len(), dtype, shape: info.shape, start: data + begin, len };
                    self.tensors.insert(name, entry);
                }
                _ => return Err(broken(format!("tensor {name} has not as many bytes as its shape"))),
            }
        }
        self.files.push((path, source));
        Ok(())
    }

    /// True if there is a tensor called `name`.
    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// The tensor called `name`, of `shape`, as `dtype` on `device`.
    ///
    /// # Errors
    /// Missing, of another shape, or not readable: names file and tensor.
    pub fn tensor(&self, name: &str, shape: &[usize], dtype: DType, device: &Device) -> Result<Tensor> {
        let Some(entry) = self.tensors.get(name) else {
            let path = self.files.first().map_or(Path::new("weights"), |(path, _)| path);
            return Err(Error::failed(format!("tensor {name} is missing (or not f32, f16 or bf16)"))
                .at(path)
                .help("config.json and the weights do not belong together, or a shard is missing"));
        };
        let (path, source) = &self.files[entry.file];
        if entry.shape != shape {
            return Err(Error::failed(format!(
                "tensor {name} has shape {:?}, config.json asks for {shape:?}",
                entry.shape
            ))
            .at(path));
        }
        let mut bytes = vec![0; entry.len];
        source.read_at(entry.start, &mut bytes).map_err(|e| Error::io("cannot read", path, e))?;
        let tensor = Tensor::from_raw_buffer(&bytes, entry.dtype, shape, &Device::Cpu)
            .and_then(|t| t.to_device(device)?.to_dtype(dtype));
        tensor.map_err(|e| Error::failed(format!("cannot load tensor {name}")).at(path).caused_by(e))
    }

    /// The weights as a [`Decoder`](crate::model::Decoder) asks for them.
    pub fn on<'a>(&'a self, dtype: DType, device: &'a Device) -> impl Weights + 'a {
        move |name: &str, shape: &[usize]| self.tensor(name, shape, dtype, device)
    }

    /// Feeds every byte of every file to `hash`.
    pub(crate) fn hash(&self, hash: &mut Xxh3) -> Result<()> {
        let mut buffer = vec![0; 1 << 20];
        for (path, source) in &self.files {
            match source {
                Source::Embedded(bytes) => hash.update(bytes),
                Source::Disk(file) => {
                    let mut file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    file.seek(SeekFrom::Start(0)).map_err(|e| Error::io("cannot read", path, e))?;
                    loop {
                        let n = file.read(&mut buffer).map_err(|e| Error::io("cannot read", path, e))?;
                        if n == 0 {
                            break;
                        }
                        hash.update(&buffer[..n]);
                    }
                }
            }
        }
        Ok(())
    }
}

impl Source {
    fn read_at(&self, start: u64, out: &mut [u8]) -> std::io::Result<()> {
        match self {
            Source::Disk(file) => {
                let mut file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                file.seek(SeekFrom::Start(start))?;
                file.read_exact(out)
            }
            Source::Embedded(bytes) => {
                let part = usize::try_from(start).ok().and_then(|s| bytes.get(s..s.checked_add(out.len())?));
                out.copy_from_slice(part.ok_or(std::io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
        }
    }
}

/// A tensor's entry in a safetensors header.
#[derive(Deserialize)]
struct Info {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (u64, u64),
}

fn float(dtype: &str) -> Option<DType> {
    match dtype {
        "F32" => Some(DType::F32),
        "F16" => Some(DType::F16),
        "BF16" => Some(DType::BF16),
        _ => None,
    }
}

/// The distinct shards of an index, in order of name.
fn shards(text: &[u8], path: &Path) -> Result<Vec<String>> {
    let index: Value = serde_json::from_slice(text)
        .map_err(|e| Error::config("broken index").at_line(path, e.line() as u64).caused_by(e))?;
    let map = index.get("weight_map").and_then(Value::as_object);
    let map = map.ok_or_else(|| Error::config("the index has no weight_map").at(path))?;
    let mut names = std::collections::BTreeSet::new();
    for value in map.values() {
        match value.as_str() {
            // A shard is a file beside its index: no path may lead elsewhere.
            Some(name) if !name.is_empty() && !name.contains(['/', '\\']) && name != ".." => {
                names.insert(name.to_owned());
            }
            _ => {
                return Err(
                    Error::config(format!("the index names a shard that is no file name: {value}")).at(path)
                );
            }
        }
    }
    Ok(names.into_iter().collect())
}
