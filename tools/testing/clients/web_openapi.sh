#!/usr/bin/env bash
# The OpenAPI document: every operation answers as it says, and schemathesis finds no status 5xx, no status or type that
# is not described, and no document of another shape, at a namenode and at a datanode. The same requests every time.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
python=$("$clients/venv.sh" schemathesis schemathesis==4.32.5)
start_cluster 2
"$python" "$clients/web_openapi.py" "${WEB#http://}"
curl -s "$WEB/openapi.json" > "$work/openapi.json"
cat > "$work/schemathesis.toml" <<'TOML'
continue-on-failure = true
[output.sanitization]
enabled = false
TOML
# check NAME BASE CHECKS
check() {
  # It keeps what it has found in the folder that it runs in.
  (cd "$work"; "$(dirname "$python")/schemathesis" --config-file "$work/schemathesis.toml" run "$work/openapi.json" --url "$2" \
    --seed 4 --phases coverage,fuzzing --max-examples 150 --no-shrink --request-timeout 60 --checks "$3") > "$work/schemathesis.log" 2>&1 ||
    { tail -n 60 "$work/schemathesis.log" >&2; wrong "schemathesis: $1"; }
  ok "schemathesis: $1: $(grep -A1 'Test cases:' "$work/schemathesis.log" | tail -n 1 | tr -s ' ')"
}
documents=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance
check "a namenode" "$WEB" "$documents,unsupported_method,allow_header_conformance"
check "a datanode" "http://$(describe "d['datanodes'][0]['http']")" "$documents"
same "$(curl -s -o /dev/null -w '%{http_code}' "$WEB/webhdfs/v1/d?op=LISTSTATUS")" 200 "the namenode answers after all that"
