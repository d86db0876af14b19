//! No list is answered by looking at every row: the plans of SQLite are read.
use crate::database::open_branch;

/// What SQLite would do, one step a line.
fn plan(sql: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let conn = open_branch(&folder.path().join("branch.db")).unwrap();
    let mut found = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    for at in 1..=found.parameter_count() {
        found.raw_bind_parameter(at, 1).unwrap();
    }
    let mut steps = Vec::new();
    let mut rows = found.raw_query();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get::<_, String>(3).unwrap());
    }
    steps.join("\n")
}

#[test]
fn no_list_looks_at_every_row_and_none_sorts_a_table() {
    let mut lists = vec![
        "SELECT seq, bytes FROM journal WHERE seq > ? ORDER BY seq LIMIT ?".to_owned(),
        "SELECT MIN(seq), MAX(seq) FROM journal WHERE utc >= ? AND utc < ?".to_owned(),
        "SELECT seq FROM journal WHERE seq <= ? AND kind = ? ORDER BY seq DESC LIMIT ?".to_owned(),
        "SELECT seq FROM journal WHERE seq <= ? AND person = ? ORDER BY seq DESC LIMIT ?"
            .to_owned(),
        "SELECT seq FROM journal WHERE seq <= ? AND subject = ? ORDER BY seq DESC LIMIT ?"
            .to_owned(),
        "SELECT COUNT(*) FROM call WHERE started >= ? AND started < ?".to_owned(),
        "SELECT id FROM call WHERE ended IS NULL".to_owned(),
        super::erasures::CONTAINERS.to_owned(),
    ];
    lists.extend(super::customers::statements());
    lists.extend(super::calls::statements());
    lists.extend(super::recordings::statements());
    for sql in lists {
        assert_eq!(whole_table_step(&sql), None, "{sql}");
    }
}

#[test]
fn a_list_without_an_index_is_noticed() {
    let slow = "SELECT id FROM call WHERE trunk = ? ORDER BY id DESC LIMIT ?";
    assert!(whole_table_step("SELECT id FROM call WHERE trunk = ?").is_some());
    assert!(whole_table_step("SELECT id FROM call ORDER BY started + 1 LIMIT ?").is_some());
    assert!(whole_table_step(slow).is_some());
}

/// The step that reads a whole table, if there is one.
fn whole_table_step(sql: &str) -> Option<String> {
    let plan = plan(sql);
    let step = plan.lines().find(|step| {
        let sorts = step.contains("USE TEMP B-TREE FOR ORDER BY") && !sql.contains("UNION");
        let few = [
            "SCAN (subquery",
            "INDEX call_open",
            "INDEX recording_erasing",
        ];
        let scans = step.contains("SCAN") && !few.iter().any(|one| step.contains(one));
        scans || sorts
    });
    step.map(str::to_owned)
}
