//! Gathers the licences of what is linked into the program, which have to go with it in this form too: `licenses FOLDER`.
//!
//! Which crates those are and where their sources lie is asked of cargo, and nothing is fetched: they are the ones that the build has
//! used. Texts that several crates share stand in the file once. A crate without any is an error. What the toolchain tells of the standard
//! library is copied beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

/// How the names of files with licences and notices begin.
const NAMES: [&str; 6] = [
    "LICENSE",
    "LICENCE",
    "COPYING",
    "COPYRIGHT",
    "UNLICENSE",
    "NOTICE",
];
/// What zstd may be had under instead; it is taken under the BSD licence beside this one.
const NOT_TAKEN: &str = "GNU GENERAL PUBLIC LICENSE";
/// Below the toolchain's folder; distributions keep it elsewhere.
const STANDARD_LIBRARY: &str = "share/doc/rust/COPYRIGHT-library.html";

fn main() -> Result<()> {
    let folder = std::env::args_os()
        .nth(1)
        .context("usage: licenses FOLDER")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let file = folder.join("LIBRARIES");
    fs::write(&file, page(&crates()?)?).with_context(|| format!("writing {}", file.display()))?;
    let notices = Path::new(said("rustc", &["--print", "sysroot"])?.trim()).join(STANDARD_LIBRARY);
    if notices.is_file() {
        let copied = folder.join("STANDARD-LIBRARY.html");
        fs::copy(&notices, &copied).with_context(|| format!("writing {}", copied.display()))?;
    }
    Ok(())
}

/// A crate that is linked into the program.
struct Crate {
    /// With its version.
    name: String,
    /// SPDX expression.
    license: String,
    /// Its sources.
    folder: PathBuf,
}

/// All of them but the program's own, by name.
fn crates() -> Result<Vec<Crate>> {
    let linked = linked()?;
    let about = said("rustc", &["-vV"])?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not say what it builds for")?;
    let options = "metadata --format-version 1 --locked --offline --filter-platform";
    let mut options: Vec<_> = options.split(' ').collect();
    options.push(host);
    let metadata: Value = serde_json::from_str(&cargo(&options)?)?;
    let packages = metadata["packages"].as_array();
    let mut crates: Vec<_> = packages
        .into_iter()
        .flatten()
        .filter_map(known)
        .filter(|known| linked.contains(&known.name))
        .collect();
    crates.sort_by(|one, other| one.name.cmp(&other.name));
    ensure!(
        crates.len() == linked.len(),
        "cargo tree and cargo metadata do not name the same crates"
    );
    Ok(crates)
}

/// Names and versions, as the build resolves features: `name 1.2.3`.
fn linked() -> Result<BTreeSet<String>> {
    let options = "tree --locked --offline --edges normal,no-proc-macro --prefix none --format {p}";
    let tree = cargo(&options.split(' ').collect::<Vec<_>>())?;
    // The program itself comes first.
    let names = tree.lines().skip(1).filter_map(|line| {
        let mut words = line.split(' ');
        let (name, version) = (words.next()?, words.next()?);
        Some(format!("{name} {}", version.strip_prefix('v')?))
    });
    Ok(names.collect())
}

fn known(package: &Value) -> Option<Crate> {
    let text = |key: &str| package[key].as_str();
    Some(Crate {
        name: format!("{} {}", text("name")?, text("version")?),
        license: text("license").unwrap_or("see below").to_owned(),
        folder: Path::new(text("manifest_path")?).parent()?.to_owned(),
    })
}

/// The crates with their licences, then every text with the crates that it is of.
fn page(crates: &[Crate]) -> Result<String> {
    let mut page = String::from(
        "tlstally is linked with these Rust libraries. Their licences follow; where there is a choice, each may be chosen.\n\
         SQLite is in libsqlite3-sys and in the public domain. Rust's standard library is licensed MIT OR Apache-2.0, like many of these.\n\n",
    );
    let mut texts: BTreeMap<String, Text> = BTreeMap::new();
    for one in crates {
        writeln!(page, "{}: {}", one.name, one.license)?;
        let found = texts_in(&one.folder)?;
        if found.is_empty() {
            bail!("{} comes without the text of its licence", one.name);
        }
        for text in found {
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let kept = texts.entry(words).or_default();
            kept.text = text;
            kept.of.insert(&one.name);
        }
    }
    let mut texts: Vec<_> = texts.into_values().collect();
    texts.sort_by(|one, other| one.of.cmp(&other.of));
    for Text { text, of } in texts {
        let of = of.into_iter().collect::<Vec<_>>().join(", ");
        let (line, text) = ("-".repeat(80), text.trim_end());
        writeln!(page, "\n{line}\n{of}:\n\n{text}")?;
    }
    Ok(page)
}

/// A text, and the crates that it came with.
#[derive(Default)]
struct Text<'a> {
    text: String,
    of: BTreeSet<&'a str>,
}

/// Licences and notices in a crate's folder and those below it: of what it holds from others, too.
fn texts_in(folder: &Path) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(folder)
        .and_then(Iterator::collect)
        .with_context(|| format!("reading {}", folder.display()))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            texts.append(&mut texts_in(&path)?);
        } else if is_license(&path) {
            let text = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            let text = String::from_utf8_lossy(&text).into_owned();
            if !text.trim_start().starts_with(NOT_TAKEN) {
                texts.push(text);
            }
        }
    }
    Ok(texts)
}

fn is_license(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str());
    let is_code = file.extension().is_some_and(|end| end == "rs");
    name.is_some_and(|name| {
        let name = name.to_ascii_uppercase();
        !is_code && NAMES.iter().any(|begin| name.starts_with(begin))
    })
}

fn cargo(options: &[&str]) -> Result<String> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    said(program, options)
}

/// What a program prints, run where the manifest is.
fn said(program: impl Into<OsString>, options: &[&str]) -> Result<String> {
    let program = program.into();
    let mut command = Command::new(&program);
    command
        .args(options)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command
        .output()
        .with_context(|| format!("running {}", program.display()))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{}: {complaint}",
        program.display()
    );
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beside the crates' own, that of the C library in one of them.
    #[test]
    fn every_linked_crate_is_there_with_its_licence() {
        let crates = crates().unwrap();
        let page = page(&crates).unwrap();
        for name in ["memchr ", "x509-parser ", "zstd-sys ", "libsqlite3-sys "] {
            assert!(page.lines().any(|line| line.starts_with(name)), "{name}");
        }
        // Only tests and packaging use it.
        assert!(!page.contains("\ninsta "));
        let zstd = "For Zstandard software\n\nCopyright (c) Meta Platforms, Inc. and affiliates. All rights reserved.";
        assert!(page.contains(zstd));
        assert!(!page.contains("Free Software Foundation, Inc."));
    }

    #[test]
    fn a_shared_text_stands_once_and_a_crate_without_any_is_refused() {
        let folder = std::env::temp_dir().join(format!("tlstally-bare-{}", std::process::id()));
        let make = |name: &str, file: &str, text: &str| {
            let folder = folder.join(name);
            fs::create_dir_all(folder.join("src")).unwrap();
            fs::write(folder.join(file), text).unwrap();
            Crate {
                name: name.to_owned(),
                license: "MIT".to_owned(),
                folder,
            }
        };
        let one = make("one 1.0.0", "License.txt", "Permission is granted");
        let two = make("two 2.0.0", "src/COPYING", "Permission is\ngranted\n");
        let bare = make("bare 3.0.0", "src/license.rs", "// code");
        let found = page(&[one, two]).unwrap();
        let refused = page(&[bare]).is_err();
        fs::remove_dir_all(&folder).unwrap();
        let text = "one 1.0.0, two 2.0.0:\n\nPermission is\ngranted\n";
        assert!(found.ends_with(text), "{found}");
        assert_eq!(found.matches("Permission").count(), 1);
        assert!(refused);
    }
}
