//! The shared server gives out databases.

use super::PostgresServer;

#[test]
fn each_database_is_fresh() {
    let Some(server) = crate::require("PostgreSQL", PostgresServer::shared()) else {
        return;
    };
    let (one, two) = (server.fresh_database(), server.fresh_database());
    assert_ne!(one, two);
    assert!(
        one.starts_with("postgres://tilsit@localhost/test_"),
        "{one}"
    );
}
