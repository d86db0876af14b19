//! The digest sees every row and every column that facts move, and nothing else.
use super::{NOT_MOVED, moved_tables, state_hash};
use crate::database::open_branch;
use rusqlite::Connection;

struct Tables {
    conn: Connection,
    _folder: tempfile::TempDir,
}

impl Tables {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let conn = open_branch(&folder.path().join("branch.db")).unwrap();
        Self {
            conn,
            _folder: folder,
        }
    }

    fn hash_after(&self, sql: &str) -> String {
        self.conn.execute_batch(sql).unwrap();
        state_hash(&self.conn).unwrap().hash.to_string()
    }
}

const ROWS: &str = "
    INSERT INTO party VALUES (x'01', x'aa', x'0102', 7), (x'02', NULL, x'03', 8);
    INSERT INTO customer VALUES (x'11', x'01', x'55', 'lead', 0, NULL, 'a', 9);
    INSERT INTO phone_binding VALUES ('1000', '127.0.0.1:1', 'ua', 5, 'sip:x', 6);
    INSERT INTO dial_rule VALUES (0, x'00'), (1, x'01');
    INSERT INTO dnc VALUES (x'77', 'why', 4);";

#[test]
fn the_order_in_which_rows_came_does_not_count() {
    let here = Tables::new();
    let there = Tables::new();
    let other = "
        INSERT INTO dnc VALUES (x'77', 'why', 4);
        INSERT INTO dial_rule VALUES (1, x'01');
        INSERT INTO dial_rule VALUES (0, x'00');
        INSERT INTO phone_binding VALUES ('1000', '127.0.0.1:1', 'ua', 5, NULL, NULL);
        INSERT INTO party VALUES (x'02', NULL, x'03', 8), (x'03', NULL, x'03', 8);
        INSERT INTO customer VALUES (x'11', x'01', x'55', 'lead', 0, NULL, 'a', 9);
        DELETE FROM party WHERE id = x'03';
        INSERT INTO party VALUES (x'01', NULL, x'0102', 7);";
    assert_eq!(here.hash_after(ROWS), there.hash_after(other));
}

#[test]
fn each_value_that_facts_move_counts() {
    let tables = Tables::new();
    let mut seen = vec![tables.hash_after(""), tables.hash_after(ROWS)];
    for change in [
        "UPDATE party SET number = x'0103' WHERE id = x'01'",
        "UPDATE party SET met = 9 WHERE id = x'02'",
        "UPDATE customer SET last_contact = 0",
        "UPDATE customer SET last_contact = 1, attempts = 1",
        "UPDATE dial_rule SET position = 2 WHERE position = 1",
        "UPDATE phone_binding SET user_agent = 'ub'",
        "DELETE FROM dnc",
        "INSERT INTO trunk (name, plan) VALUES ('t', x'')",
        "UPDATE trunk SET plan = x'00'",
    ] {
        let hash = tables.hash_after(change);
        assert!(!seen.contains(&hash), "{change}");
        seen.push(hash);
    }
}

#[test]
fn what_no_fact_moves_does_not_count() {
    let tables = Tables::new();
    let before = tables.hash_after(ROWS);
    for change in [
        "UPDATE party SET blind = NULL",
        "UPDATE phone_binding SET contact = 'sip:y', expires = 99",
        "INSERT INTO dialog VALUES (x'01', 1, x'00', 1)",
        "INSERT INTO link_cursor VALUES (1, 1, 1, x'00', 1)",
        "INSERT INTO month VALUES ('2026-11', 1, 2, x'', x'', 1, 1, NULL)",
        "INSERT INTO journal VALUES (1, 1, 'k', NULL, NULL, x'', x'')",
    ] {
        assert_eq!(tables.hash_after(change), before, "{change}");
    }
}

#[test]
fn values_of_two_columns_do_not_run_together() {
    let tables = Tables::new();
    let row = |agent: &str, source: &str| {
        tables.hash_after(&format!(
            "DELETE FROM phone_binding;
             INSERT INTO phone_binding VALUES ('1000', '{source}', '{agent}', 5, NULL, NULL)"
        ))
    };
    assert_ne!(row("ab", "c"), row("b", "ca"));
    assert_ne!(row("", "c"), row("c", ""));
}

#[test]
fn every_table_has_a_key_and_every_name_left_out_exists() {
    let tables = Tables::new();
    for table in moved_tables(&tables.conn).unwrap() {
        assert!(!table.key.is_empty(), "{}", table.name);
        assert!(!table.columns.is_empty(), "{}", table.name);
    }
    for name in NOT_MOVED {
        let (table, column) = name.split_once('.').unwrap_or((name, ""));
        let sql = "SELECT COUNT(*) FROM pragma_table_info(?1) WHERE ?2 IN ('', name)";
        let found: i64 = tables
            .conn
            .query_row(sql, [table, column], |row| row.get(0))
            .unwrap();
        assert!(found > 0, "{name}");
    }
}
