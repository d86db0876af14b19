//! Arrows between crates point one way, and pure crates reach no runtime, socket, database or dice.
use super::tree::assert_none;
use cargo_metadata::{Dependency, DependencyKind, Metadata, MetadataCommand, PackageId};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Who may see whom. A crate that is not here, or an arrow that is not here, fails the house.
const ARROWS: &[(&str, &[&str])] = &[
    // shared
    ("messages", &[]),
    ("sansio", &["messages"]),
    ("link", &["messages", "sansio"]),
    ("rights", &["messages"]),
    ("seal", &["messages", "sansio"]),
    ("identity", &["messages"]),
    ("portal", &["messages", "rights"]),
    ("settings", &[]),
    // appliance
    ("sip", &["messages", "sansio"]),
    ("gate", &["messages", "sansio"]),
    ("calls", &["messages", "sansio", "gate"]),
    ("media", &["messages", "sansio", "seal"]),
    ("provisioning", &["messages"]),
    (
        "branch",
        &["messages", "sansio", "sip", "calls", "gate", "media"],
    ),
    ("crm", &["messages", "rights", "seal"]),
    ("branch-store", &["messages", "sansio", "seal", "rights"]),
    ("hw", &["messages"]),
    (
        "zhunkehu-gateway",
        &[
            "messages",
            "sansio",
            "link",
            "rights",
            "seal",
            "identity",
            "portal",
            "settings",
            "sip",
            "calls",
            "gate",
            "branch",
            "crm",
            "media",
            "provisioning",
            "branch-store",
            "hw",
        ],
    ),
    (
        "simulator",
        &["messages", "sansio", "sip", "media", "settings"],
    ),
    // cloud
    ("hq-store", &["messages", "sansio", "seal"]),
    (
        "zhunkehu-cloud",
        &[
            "messages", "sansio", "link", "rights", "seal", "identity", "portal", "settings",
            "hq-store",
        ],
    ),
    // the tests look from outside
    ("house-tests", &["messages"]),
    ("faulty-disk", &[]),
    (
        "house-sim",
        &[
            "messages", "sansio", "sip", "calls", "gate", "media", "branch",
        ],
    ),
];

/// Crates that decide, or hold rules and formats: plain data in, plain data out.
pub(super) const PURE: [&str; 12] = [
    "messages",
    "sansio",
    "link",
    "rights",
    "seal",
    "sip",
    "calls",
    "gate",
    "branch",
    "crm",
    "media",
    "provisioning",
];

/// What a pure crate must not reach, not even through somebody else.
const RUNTIMES: [&str; 8] = [
    "tokio", "rusqlite", "axum", "rumqttc", "hyper", "reqwest", "mio", "socket2",
];

/// What a pure crate must not name: the dice of the operating system. (Some crates of others can roll them,
/// if somebody elsewhere in the workspace asks them to.)
const DICE: [&str; 3] = ["rand", "getrandom", "fastrand"];

/// What each of our crates sees directly, and everything it reaches; tests' own needs left out.
#[derive(Default)]
struct Graph {
    sees: BTreeMap<String, BTreeSet<String>>,
    names: BTreeMap<String, BTreeSet<String>>,
    reaches: BTreeMap<String, BTreeSet<String>>,
}

fn graph() -> Graph {
    let metadata = MetadataCommand::new()
        .manifest_path(super::tree::root().join("Cargo.toml"))
        .other_options(
            ["--locked", "--offline", "--filter-platform", &host()]
                .map(str::to_owned)
                .to_vec(),
        )
        .exec()
        .expect("cargo describes the house");
    let mut graph = Graph::default();
    for package in metadata.workspace_packages() {
        let name = package.name.to_string();
        let used = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development);
        let (ours, others): (Vec<_>, Vec<_>) =
            used.partition(|dependency| dependency.path.is_some());
        let names = |list: Vec<&Dependency>| list.iter().map(|one| one.name.clone()).collect();
        graph.sees.insert(name.clone(), names(ours));
        graph.names.insert(name.clone(), names(others));
        graph.reaches.insert(name, reached(&metadata, &package.id));
    }
    graph
}

/// The platform that this compiler builds for: crates of others may not be here.
fn host() -> String {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .expect("rustc runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.expect("rustc names its host").to_owned()
}

fn reached(metadata: &Metadata, from: &PackageId) -> BTreeSet<String> {
    let resolve = metadata.resolve.as_ref().expect("cargo resolves the house");
    let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let names: BTreeMap<_, _> = metadata
        .packages
        .iter()
        .map(|package| (&package.id, package.name.to_string()))
        .collect();
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        let used = nodes[id].deps.iter().filter(|dependency| {
            let mut kinds = dependency.dep_kinds.iter();
            kinds.any(|kind| kind.kind == DependencyKind::Normal)
        });
        for dependency in used {
            if seen.insert(names[&dependency.pkg].clone()) {
                open.push(&dependency.pkg);
            }
        }
    }
    seen
}

fn wrong_arrows(graph: &Graph, table: &[(&str, &[&str])]) -> Vec<String> {
    let table: BTreeMap<&str, &[&str]> = table.iter().copied().collect();
    let mut complaints = Vec::new();
    for (name, sees) in &graph.sees {
        let Some(allowed) = table.get(name.as_str()) else {
            complaints.push(format!("{name}: not in the table of arrows"));
            continue;
        };
        for seen in sees.iter().filter(|seen| !allowed.contains(&seen.as_str())) {
            complaints.push(format!("{name} → {seen}: this arrow is not allowed"));
        }
    }
    let gone = table.keys().filter(|name| !graph.sees.contains_key(**name));
    complaints
        .extend(gone.map(|name| format!("{name}: in the table of arrows, but no such crate")));
    complaints
}

fn forbidden_reach(graph: &Graph) -> Vec<String> {
    let mut complaints = Vec::new();
    for name in PURE {
        let Some(reaches) = graph.reaches.get(name) else {
            complaints.push(format!("{name}: no such pure crate"));
            continue;
        };
        let runtimes = RUNTIMES
            .iter()
            .filter(|runtime| reaches.contains(**runtime));
        complaints.extend(
            runtimes.map(|runtime| format!("{name} reaches {runtime}: a pure crate must not")),
        );
        let named = graph.names.get(name);
        let dice = DICE
            .iter()
            .filter(|dice| named.is_some_and(|named| named.contains(**dice)));
        complaints.extend(dice.map(|dice| format!("{name} names {dice}: a pure crate must not")));
    }
    complaints
}

#[test]
fn crates_see_only_whom_the_table_allows() {
    assert_none(&wrong_arrows(&graph(), ARROWS));
}

#[test]
fn a_wrong_arrow_a_new_crate_and_a_stale_line_are_found() {
    let mut graph = Graph::default();
    graph.sees.insert("sip".into(), ["calls".into()].into());
    graph.sees.insert("attic".into(), BTreeSet::new());
    let table: &[(&str, &[&str])] = &[("sip", &["messages"]), ("cellar", &[])];
    let complaints = wrong_arrows(&graph, table).join("\n");
    for found in ["sip → calls", "attic: not in", "cellar: in the table"] {
        assert!(complaints.contains(found), "{complaints}");
    }
}

#[test]
fn the_table_itself_goes_round_in_no_circle() {
    let table: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut standing: BTreeSet<&str> = BTreeSet::new();
    while let Some((name, _)) = table.iter().find(|(name, sees)| {
        !standing.contains(**name) && sees.iter().all(|seen| standing.contains(seen))
    }) {
        standing.insert(name);
    }
    assert_eq!(
        standing.len(),
        table.len(),
        "only {standing:?} can stand by themselves"
    );
}

#[test]
fn pure_crates_reach_no_runtime_database_network_or_dice() {
    assert_none(&forbidden_reach(&graph()));
}

#[test]
fn a_runtime_behind_a_pure_crate_is_found() {
    let mut graph = Graph::default();
    for name in PURE {
        graph.reaches.insert(name.into(), ["bytes".into()].into());
    }
    assert!(forbidden_reach(&graph).is_empty());
    graph
        .reaches
        .insert("crm".into(), ["rusqlite".into()].into());
    assert_eq!(
        forbidden_reach(&graph),
        ["crm reaches rusqlite: a pure crate must not"]
    );
    graph
        .names
        .insert("gate".into(), ["getrandom".into()].into());
    assert_eq!(
        forbidden_reach(&graph)[0],
        "gate names getrandom: a pure crate must not"
    );
    graph.reaches.remove("sip");
    assert_eq!(forbidden_reach(&graph)[0], "sip: no such pure crate");
}
