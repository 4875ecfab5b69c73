"""The shapes in which credentials are written into code, and what only looks like them.

A row is `id: text`; an indented line goes on with the row's text. `{token}`, `{basic}`, `{jwt}`,
`{key}` and `{app}` are holes that a test fills at random: no credential stands in this file.
"""

from __future__ import annotations

HEADERS = r"""
curl-single: curl -H 'Authorization: Bearer {token}' https://example.org
curl-double: curl -H "Authorization: Bearer {token}" https://example.org
curl-glued: curl -H'Authorization: Bearer {token}'
curl-glued-double: curl -sS -H"Authorization: Token {token}" "$URL"
curl-long: curl --header "Authorization: Bearer {token}"
curl-long-equals: curl --header="Authorization: Bearer {token}"
curl-continued: curl -X POST $URL \
      -H 'Content-Type: application/json' \
      -H 'Authorization: Bearer {token}' \
      -d @body.json
curl-lower: curl -H 'authorization: bearer {token}'
curl-upper: curl -H "AUTHORIZATION: BEARER {token}"
curl-blank-before-colon: curl -H "Authorization : Token {token}"
curl-apikey: curl -H "Authorization: ApiKey {token}"
curl-api-key: curl -H "Authorization: Api-Key {token}"
curl-basic: curl -H "Authorization: Basic {basic}"
curl-none: curl -H "Authorization: {token}"
curl-jwt: curl -H "Authorization: Bearer {jwt}"
curl-jwt-none: curl -H "Authorization: {jwt}"
curl-jwt-jwt: curl -H "Authorization: JWT {jwt}"
curl-proxy: curl --proxy-header "Proxy-Authorization: Basic {basic}"
curl-oauth: curl -H "Authorization: OAuth {token}"
curl-splunk: curl -k -H "Authorization: Splunk {token}"
curl-client-id: curl --header 'Authorization: Client-ID {token}'
curl-key-equals: curl -H "Authorization: key={token}"
curl-token-equals: curl -H 'Authorization: Token token={token}'
curl-token-equals-quoted: curl -H 'Authorization: Token token="{token}"'
curl-escaped: sh -c "curl -H \"Authorization: Bearer {token}\" $URL"
curl-powershell: curl.exe -H "Authorization: Bearer {token}" `
      https://example.org
curl-cmd: curl ^
      -H "Authorization: Bearer {token}" ^
      https://example.org
curl-config: header = "Authorization: Bearer {token}"
curl-verbose: > Authorization: Bearer {token}
wget: wget --header "Authorization: token {token}" https://example.org
httpie: http GET example.org "Authorization:Bearer {token}"
httpie-blank: http example.org Authorization:"Token {token}"
httpie-backslash: http example.org Authorization:\ Bearer\ {token}
xh-none: xh example.org Authorization:{token}
git-extra-header: git config http.extraHeader "Authorization: Bearer {token}"
git-extra-header-file: [http]
      extraheader = AUTHORIZATION: basic {basic}
grpcurl: grpcurl -rpc-header 'authorization: Bearer {token}' host:443 list
wrk: wrk -t2 -H "Authorization: Bearer {token}" http://127.0.0.1
sh-array: HEADERS=(-H "Authorization: Bearer {token}")
sh-variable: AUTH_HEADER="Authorization: Bearer {token}"
sh-export: export AUTHORIZATION="Bearer {token}"
env: AUTHORIZATION=Bearer {token}
env-quoted: AUTHORIZATION="Token {token}"
env-none: AUTHORIZATION={token}
env-x: X_AUTHORIZATION='Bearer {token}'
env-header: AUTHORIZATION_HEADER=Bearer {token}
env-cgi: HTTP_AUTHORIZATION=Bearer {token}
env-otel: OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer {token}"
env-otel-percent: OTEL_EXPORTER_OTLP_HEADERS=Authorization=Basic%20{basic}
docker-env: ENV AUTHORIZATION="Bearer {token}"
compose-env:     environment:
      - AUTHORIZATION=Bearer {token}
k6-env: k6 run -e AUTHORIZATION="Bearer {token}" load.js
properties: api.authorization=Bearer {token}
properties-colon: client.headers.authorization: Bearer {token}
ini: authorization = Bearer {token}
toml: authorization = "Bearer {token}"
toml-table: headers = { Authorization = "Bearer {token}" }
yaml: Authorization: Bearer {token}
yaml-none: authorization: {token}
yaml-comment: Authorization: Bearer {token}  # the staging one
yaml-double: Authorization: "Bearer {token}"
yaml-single: 'Authorization': 'Bearer {token}'
yaml-list: Authorization:
      - Bearer {token}
yaml-next-line: Authorization: >-
      Bearer {token}
yaml-flow: headers: {Authorization: "Bearer {token}", Accept: "*/*"}
yaml-name-value: - name: Authorization
      value: Bearer {token}
helm-set: helm install x --set headers.Authorization="Bearer {token}"
vcr-yaml: Authorization:
          - Basic {basic}
          Accept:
          - "*/*"
vcr-json: "Authorization":["Bearer {token}"],
vcr-json-lines: "Authorization": [
      "Bearer {token}"
    ],
postman: {"key": "Authorization", "value": "Bearer {token}", "type": "text"}
postman-lines: {
      "key": "Authorization",
      "value": "Bearer {token}"
    }
postman-type-between: {"key":"Authorization","type":"text","value":"Bearer {token}"}
postman-disabled: {"disabled": false, "key": "Authorization", "type": "x", "value": "{token}"}
postman-value-first: {"value": "Bearer {token}", "key": "Authorization"}
postman-value-first-type: {"value": "Bearer {token}", "type": "text", "key": "Authorization"}
postman-value-first-lines: {
              "value": "Basic {basic}",
              "type": "text",
              "disabled": true,
              "key": "authorization"
            }
postman-description: {"key": "Authorization", "description": {"content": "of the API"},
      "value": "Bearer {token}"}
postman-description-variable: {"key": "Authorization", "description": "as {{auth}}",
      "value": "Bearer {token}"}
postman-bearer: "auth": {
        "type": "bearer",
        "bearer": [
          {
            "key": "token",
            "value": "{token}",
            "type": "string"
          }
        ]
      }
postman-bearer-compact: {"auth":{"bearer":[{"key":"token","type":"string","value":"{token}"}],
      "type":"bearer"}}
postman-bearer-value-first: {"type":"bearer","bearer":[{"value":"{token}","key":"token"}]}
postman-bearer-scheme: {"bearer": [{"key": "token", "value": "Bearer {token}"}]}
postman-bearer-old: {"auth": {"type": "bearer", "bearer": {"token": "{jwt}"}}}
postman-apikey: "apikey": [
          {
            "key": "value",
            "value": "Bearer {token}",
            "type": "string"
          },
          {
            "key": "key",
            "value": "Authorization",
            "type": "string"
          }
        ]
postman-apikey-key-first: {"apikey":[{"key":"key","value":"Authorization","type":"string"},{
      "key":"value","value":"Bearer {token}"}]}
har-comment-between: {"value": "Bearer {jwt}", "comment": "", "name": "authorization"}
yaml-value-name: - value: Bearer {token}
      name: Authorization
yaml-value-name-quoted: - value: "Bearer {token}"
      key: 'authorization'  # of the API
yaml-tag: Authorization:
      - !ruby/string Bearer {token}
yaml-tag-str: Authorization: !!str Bearer {token}
notebook-lines: "headers = {\n",
    "    'Authorization':\n",
    "        'Bearer {token}',\n",
har: {"name": "Authorization", "value": "Basic {basic}"}
har-lower: {"name":"authorization","value":"Bearer {jwt}"}
har-value-first: {"value": "Bearer {token}", "name": "authorization"}
insomnia: - name: Authorization
      disabled: false
      value: Bearer {token}
bruno: headers {
      Authorization: Bearer {token}
    }
karate: * header Authorization = 'Bearer {token}'
karate-map: * configure headers = { Authorization: 'Bearer {token}' }
cucumber: Given I set the header "Authorization" to "Bearer {token}"
robot: ${headers}=    Create Dictionary    Authorization=Bearer {token}
hurl: GET https://example.org
    Authorization: Bearer {token}
http-file: ### list
    GET https://example.org/devices HTTP/1.1
    Accept: application/json
    Authorization: Bearer {token}
http-file-none: POST /x
    authorization: {token}
raw-python: b"GET / HTTP/1.1\r\nAuthorization: Bearer {token}\r\nHost: x\r\n\r\n"
raw-c: "Host: x\r\nAuthorization: Basic {basic}\r\n"
raw-hex-escape: "GET /\x0d\x0aAuthorization: Bearer {token}\x0d\x0a"
raw-shell: printf 'GET / HTTP/1.0\nAuthorization: Bearer {token}\n\n' | nc x 80
raw-none: "Host: x\r\nAuthorization: {token}\r\n"
json: {"Authorization": "Bearer {token}"}
json-compact: {"headers":{"Authorization":"Bearer {token}","Accept":"*/*"}}
json-none: {"Authorization": "{token}"}
json-apikey: {"authorization": "apikey {token}"}
json-escaped: "{\"Authorization\":\"Bearer {token}\"}"
json-escaped-spaced: "{\"Authorization\": \"Token {token}\"}"
json-escaped-twice: "\"{\\\"Authorization\\\": \\\"Bearer {token}\\\"}\""
json-escaped-fields: "{\"key\": \"Authorization\", \"value\": \"Bearer {token}\"}"
xml-attributes: <header name="Authorization" value="Bearer {token}"/>
xml-add: <add key="Authorization" value="Basic {basic}" />
xml-element: <Authorization>Bearer {token}</Authorization>
xml-header-text: <header name="Authorization">Bearer {token}</header>
xml-set-header: <set-header name="Authorization" exists-action="override">
        <value>Bearer {token}</value>
    </set-header>
jmx: <stringProp name="Header.name">Authorization</stringProp>
      <stringProp name="Header.value">Bearer {token}</stringProp>
soapui: <con:entry key="Authorization" value="Bearer {token}"/>
html-entities: &quot;Authorization&quot;: &quot;Bearer {token}&quot;
html-data: <div data-headers='{"Authorization": "Bearer {token}"}'>
hx-headers: <body hx-headers='{"Authorization": "Token {token}"}'>
nginx: proxy_set_header Authorization "Bearer {token}";
apache: RequestHeader set Authorization "Bearer {token}"
haproxy: http-request set-header Authorization "Basic {basic}"
caddy: header_up Authorization "Bearer {token}"
traefik:         customRequestHeaders:
              Authorization: "Bearer {token}"
envoy: - header: { key: authorization, value: "Bearer {token}" }
terraform: headers = { "Authorization" = "Bearer {token}" }
terraform-request: request_headers = {
      Authorization = "Bearer {token}"
    }
markdown-code: Send `Authorization: Bearer {token}` along.
markdown-table: | `Authorization` | `Bearer {token}` |
comment-python: # Authorization: "Bearer {token}"
comment-c: // "Authorization": "Token {token}"
log: 2026-01-01 DEBUG request headers: Authorization=Bearer {token} Accept=*/*
log-python: {'Host': 'x', 'Authorization': 'Bearer {token}'}
log-java: headers={Authorization=[Bearer {token}], Accept=[*/*]}
log-go: map[Accept:[*/*] Authorization:[Bearer {token}]]
python-dict: headers = {"Authorization": "Bearer {token}"}
python-single: headers = {'Authorization': 'Token {token}'}
python-subscript: session.headers["Authorization"] = "Bearer {token}"
python-bytes: (b"authorization", b"Bearer {token}"),
python-raw: {"Authorization": r"Bearer {token}"}
python-update: session.headers.update({"Authorization": "Bearer {token}"})
python-update-lines: session.headers.update({
        "Accept": "application/json",
        "Authorization":
            "Bearer {token}",
    })
python-dict-call: headers = dict(Authorization="Bearer {token}")
python-keyword: client = Client(authorization="Bearer {token}")
python-tuple: headers = [("Authorization", "Bearer {token}")]
python-add-header: request.add_header("Authorization", "Basic {basic}")
python-credentials: client.credentials(HTTP_AUTHORIZATION="Token {token}")
python-variable: authorization: str = "Bearer {token}"
python-basic-bytes: headers = {b"Authorization": b"Basic {basic}"}
python-parenthesis: headers["Authorization"] = (
        "Bearer {token}"
    )
python-assert-kw: mock_get(headers={"Authorization": "Bearer {token}"})
js-object: fetch(url, { headers: { Authorization: 'Bearer {token}' } })
js-object-quoted: headers: { 'Authorization': "Bearer {token}" },
js-template-literal: headers: { Authorization: `Bearer {token}` }
js-lower: headers: { authorization: 'Token {token}' }
js-computed: headers: { ["Authorization"]: "Bearer {token}" }
js-lines: headers: {
        Authorization:
          'Bearer {token}',
      }
js-append: headers.append("Authorization", "Bearer {token}");
js-set: headers.set('Authorization', 'Bearer {token}')
js-xhr: xhr.setRequestHeader("Authorization", "Bearer {token}");
js-xhr-lines: xhr.setRequestHeader(
      "Authorization",
      "Bearer {token}"
    );
js-axios-default: axios.defaults.headers.common['Authorization'] = 'Bearer {token}';
js-axios-property: axios.defaults.headers.common.Authorization = 'Bearer {token}'
js-superagent: .set('Authorization', 'ApiKey {token}')
js-supertest: request(app).get('/').set({ Authorization: 'Bearer {token}' })
js-pairs: new Headers([["Authorization", "Bearer {token}"]])
js-jquery: beforeSend: x => x.setRequestHeader('Authorization', 'Basic {basic}'),
js-cypress: cy.request({ url, headers: { Authorization: "{token}" } })
js-const: const AUTHORIZATION = 'Bearer {token}'
js-const-header: const authorizationHeader = "Bearer {token}";
js-split: headers: { Authorization: "Bearer " + "{token}" }
js-xhr-upper: r.setRequestHeader('AUTHORIZATION', 'Bearer {token}')
ts-record: const h: Record<string, string> = { Authorization: "Bearer {token}" }
ts-type: const authorization: string = "Bearer {token}";
ts-optional: headers!["Authorization"] = "Bearer {token}";
vue-config: config.headers.Authorization = "Bearer {token}"
jsx-prop: <Image source={{ uri, headers: { Authorization: 'Bearer {token}' } }} />
jsx-attribute: <Client authorization="Bearer {token}" />
php-array: 'headers' => ['Authorization' => 'Bearer {token}'],
php-array-double: "Authorization" => "Token {token}",
php-curl: curl_setopt($c, CURLOPT_HTTPHEADER, ['Authorization: Bearer {token}']);
php-curl-array: CURLOPT_HTTPHEADER => array("Authorization: Bearer {token}"),
php-header: header('Authorization: Bearer {token}');
php-with-header: Http::withHeader('Authorization', 'Bearer {token}')
php-with-headers: Http::withHeaders(["Authorization" => "Bearer {token}"])
php-server: $_SERVER['HTTP_AUTHORIZATION'] = 'Bearer {token}';
php-context: 'header' => "Authorization: Bearer {token}\r\n",
php-define: define('AUTHORIZATION', 'Bearer {token}');
ruby-hash: headers = { "Authorization" => "Bearer {token}" }
ruby-symbol: headers: { Authorization: "Bearer {token}" }
ruby-rocket-symbol: { :Authorization => 'Bearer {token}' }
ruby-glued: {'Authorization'=>'Bearer {token}'}
ruby-subscript: request["Authorization"] = "Bearer {token}"
ruby-env: 'HTTP_AUTHORIZATION' => "Token {token}",
ruby-faraday: f.request :authorization, 'Bearer', '{token}'
ruby-rspec: request.headers['Authorization'] = 'Bearer {token}'
ruby-const: AUTHORIZATION = "Bearer {token}".freeze
go-set: req.Header.Set("Authorization", "Bearer {token}")
go-add: req.Header.Add("authorization", "Token {token}")
go-slice: "Authorization": []string{"Bearer {token}"},
go-braces: "Authorization": {"Bearer {token}"},
go-map: map[string]string{"Authorization": "Bearer {token}"}
go-raw-string: req.Header.Set("Authorization", `Bearer {token}`)
go-index: req.Header["Authorization"] = []string{"Bearer {token}"}
go-metadata: metadata.Pairs("authorization", "Bearer {token}")
go-const: const authorization = "Bearer {token}"
go-short: authorization := "Bearer {token}"
java-header: .header("Authorization", "Bearer {token}")
java-add: conn.addRequestProperty("Authorization", "Basic {basic}");
java-property: conn.setRequestProperty("Authorization", "Bearer {token}");
java-constant: headers.set(HttpHeaders.AUTHORIZATION, "Bearer {token}");
java-map: Map.of("Authorization", "Bearer {token}")
java-put: headers.put("Authorization", "Bearer {token}");
java-annotation: @Headers({"Accept: */*", "Authorization: Bearer {token}"})
java-header-annotation: @Headers("Authorization: {token}")
java-string: private static final String AUTHORIZATION = "Bearer {token}";
java-vertx: request.putHeader("Authorization", "Bearer {token}")
java-entry: new BasicHeader("Authorization", "Bearer {token}"),
java-lines: .header(
        HttpHeaders.AUTHORIZATION,
        "Bearer {token}")
kotlin-append: append(HttpHeaders.Authorization, "Bearer {token}")
kotlin-pair: "Authorization" to "Bearer {token}"
kotlin-map: mapOf("Authorization" to "Bearer {token}", "a" to "b")
kotlin-header: header("Authorization", "Bearer {token}")
kotlin-index: headers["Authorization"] = "Bearer {token}"
kotlin-const: const val AUTHORIZATION = "Bearer {token}"
scala-arrow: Map("Authorization" -> "Bearer {token}")
scala-header: .addHttpHeaders("Authorization" -> "Token {token}")
scala-sbt: Headers(RawHeader("Authorization", "Bearer {token}"))
groovy-map: headers: [Authorization: 'Bearer {token}']
groovy-parens: headers: [(AUTHORIZATION): "Bearer {token}"]
csharp-value: Authorization = new AuthenticationHeaderValue("Bearer", "{token}");
csharp-value-next: client.DefaultRequestHeaders.Authorization =
        new AuthenticationHeaderValue("Bearer", "{token}");
csharp-value-lines: new AuthenticationHeaderValue(
        "Bearer",
        "{token}")
csharp-value-basic: new AuthenticationHeaderValue("Basic", "{basic}")
csharp-value-target: AuthenticationHeaderValue auth = new("Bearer", "{token}");
csharp-parse: AuthenticationHeaderValue.Parse("Bearer {token}")
csharp-add: client.DefaultRequestHeaders.Add("Authorization", "Bearer {token}");
csharp-without: TryAddWithoutValidation("Authorization", "{token}")
csharp-restsharp: request.AddHeader("Authorization", "Bearer {token}");
csharp-index: request.Headers["Authorization"] = "Bearer {token}";
csharp-verbatim: request.Headers.Add(@"Authorization", @"Bearer {token}");
csharp-enum: Headers.Add(HttpRequestHeader.Authorization, "Bearer {token}");
csharp-initializer: { "Authorization", "Bearer {token}" },
csharp-index-initializer: ["Authorization"] = "Bearer {token}",
rust-header: .header("Authorization", "Bearer {token}")
rust-constant: .header(AUTHORIZATION, "Bearer {token}")
rust-static: headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer {token}"));
rust-static-lines: headers.insert(
        AUTHORIZATION,
        HeaderValue::from_static("Bearer {token}"),
    );
rust-path: insert(header::AUTHORIZATION, http::HeaderValue::from_str("Bearer {token}")?)
rust-parse: headers.insert("Authorization", "Bearer {token}".parse().unwrap());
rust-raw-string: .header("Authorization", r"Bearer {token}")
rust-raw-hash: .header("Authorization", r#"Bearer {token}"#)
rust-tuple: vec![("authorization".to_string(), "Bearer {token}".to_string())]
swift-value-first: setValue("Bearer {token}", forHTTPHeaderField: "Authorization")
swift-add-value: request.addValue("Token {token}", forHTTPHeaderField: "Authorization")
swift-none: request.setValue("{token}", forHTTPHeaderField: "Authorization")
swift-lines: request.setValue(
        "Bearer {token}",
        forHTTPHeaderField: "Authorization"
    )
swift-dictionary: let headers = ["Authorization": "Bearer {token}"]
swift-name-value: HTTPHeader(name: "Authorization", value: "Bearer {token}")
swift-basic: request.setValue("Basic {basic}", forHTTPHeaderField: "Authorization")
objc-value-first: [r setValue:@"Bearer {token}" forHTTPHeaderField:@"Authorization"];
objc-literal: @{@"Authorization": @"Bearer {token}"}
objc-subscript: headers[@"Authorization"] = @"Bearer {token}";
objc-for-key: [headers setObject:@"Bearer {token}" forKey:@"Authorization"];
dart-map: headers: {'Authorization': 'Bearer {token}'},
dart-constant: headers: {HttpHeaders.authorizationHeader: 'Bearer {token}'},
dart-index: dio.options.headers["Authorization"] = "Bearer {token}";
elixir-tuple: headers = [{"Authorization", "Bearer {token}"}]
elixir-atom: [Authorization: "Bearer {token}"]
elixir-map: %{"Authorization" => "Bearer {token}"}
elixir-put: put_req_header(conn, "authorization", "Bearer {token}")
erlang-tuple: [{<<"Authorization">>, <<"Bearer {token}">>}]
erlang-string: [{"Authorization", "Basic {basic}"}]
haskell: addRequestHeader "Authorization" "Bearer {token}"
haskell-tuple: [("Authorization", "Bearer {token}")]
fsharp: req.Headers.Add("Authorization", "Bearer {token}")
fsharp-tuple: Http.Request(url, headers = [ "Authorization", "Bearer {token}" ])
ocaml: Header.add headers "Authorization" "Bearer {token}"
clojure: {:headers {"Authorization" "Bearer {token}"}}
clojure-keyword: {:authorization "Bearer {token}"}
perl-hash: $ua->get($url, Authorization => 'Bearer {token}');
perl-quoted: {'Authorization' => "Basic {basic}"}
perl-header: $req->header("Authorization" => "Bearer {token}");
perl-comma: $req->header('Authorization', 'Bearer {token}');
perl-accessor: $req->headers->authorization('Bearer {token}');
perl-q: Authorization => q{Bearer {token}},
r-add-headers: add_headers(Authorization = "Bearer {token}")
r-c: add_headers(c("Authorization" = "Bearer {token}"))
r-httr2: req_headers(req, Authorization = "Bearer {token}")
r-backtick: list(`Authorization` = "Bearer {token}")
r-arrow: headers["Authorization"] <- "Bearer {token}"
julia: ["Authorization" => "Bearer {token}"]
lua-brackets: headers = { ["Authorization"] = "Bearer {token}" }
lua-bare: headers = { Authorization = "Bearer {token}" }
lua-set: ngx.req.set_header("Authorization", "Bearer {token}")
powershell-hash: $headers = @{ Authorization = "Bearer {token}" }
powershell-quoted: $headers = @{ 'Authorization' = 'Bearer {token}' }
powershell-index: $headers["Authorization"] = "Bearer {token}"
powershell-add: $headers.Add("Authorization", "Bearer {token}")
vb-call: .setRequestHeader "Authorization", "Bearer {token}"
vb-call-parens: http.SetRequestHeader("Authorization", "Bearer {token}")
vb-headers: client.Headers.Add("Authorization", "Basic {basic}")
vb-index: client.Headers("Authorization") = "Bearer {token}"
c-slist: list = curl_slist_append(list, "Authorization: Bearer {token}");
c-slist-none: list = curl_slist_append(list, "Authorization: {token}");
c-define: #define AUTHORIZATION "Bearer {token}"
cpp-braces: httplib::Headers h = {{"Authorization", "Bearer {token}"}};
cpp-qt: request.setRawHeader("Authorization", "Bearer {token}");
cpp-cpr: cpr::Header{{"Authorization", "Token {token}"}}
cpp-arduino: http.addHeader("Authorization", "Bearer {token}");
matlab: options = weboptions('HeaderFields', {'Authorization', 'Bearer {token}'});
delphi: Client.CustomHeaders['Authorization'] := 'Bearer {token}';
nim: newHttpHeaders({"Authorization": "Bearer {token}"})
crystal: HTTP::Headers{"Authorization" => "Bearer {token}"}
zig: .{ .name = "authorization", .value = "Bearer {token}" },
sql: net.http_post(url, headers := '{"Authorization": "Bearer {token}"}'::jsonb)
sql-build: jsonb_build_object('Authorization', 'Bearer {token}')
graphql: { "Authorization": "Bearer {token}" }
apps-script: options = {headers: {Authorization: 'Bearer {token}'}};
vba-excel: xhr.setRequestHeader "authorization", "Token {token}"
ahk: whr.SetRequestHeader("Authorization", "Bearer {token}")
applescript: do shell script "curl -H 'Authorization: Bearer {token}' x"
tcl: http::geturl $url -headers [list Authorization "Bearer {token}"]
mcp-config: "args": ["--header", "Authorization: Bearer {token}"]
mcp-env: "env": {"AUTHORIZATION": "Bearer {token}"}
url-encoded: headers=Authorization%3A%20Bearer%20{token}
two-on-a-line: A='Authorization: Bearer {token}' B='Authorization: Token {token}'
two-lines: Authorization: Bearer {token}
    Authorization: Bearer {token}
"""

APP_KEYS = r"""
app-curl: curl -H "X-App-Key: {app}" https://api.wastack.in/api/v1/devices
app-curl-lower: curl -H 'x-app-key: {app}'
app-curl-glued: curl -H'X-App-Key:{app}'
app-json: {"X-App-Key": "{app}"}
app-json-escaped: "{\"X-App-Key\":\"{app}\"}"
app-python: headers["X-App-Key"] = "{app}"
app-php: 'X-App-Key' => '{app}',
app-php-line: 'X-App-Key: {app}',
app-go: req.Header.Set("X-App-Key", "{app}")
app-go-slice: "X-App-Key": []string{"{app}"},
app-java: .header("X-App-Key", "{app}")
app-rust: .header("X-App-Key", HeaderValue::from_static("{app}"))
app-csharp: client.DefaultRequestHeaders.Add("X-App-Key", "{app}");
app-kotlin: "X-App-Key" to "{app}"
app-swift: request.setValue("{app}", forHTTPHeaderField: "X-App-Key")
app-objc: [r setValue:@"{app}" forHTTPHeaderField:@"X-App-Key"];
app-elixir: [{"x-app-key", "{app}"}]
app-lua: ["X-App-Key"] = "{app}"
app-r: add_headers(`X-App-Key` = "{app}")
app-r-arrow: headers["X-App-Key"] <- "{app}"
app-powershell: $headers = @{ "X-App-Key" = "{app}" }
app-vb: .setRequestHeader "X-App-Key", "{app}"
app-clojure: {"X-App-Key" "{app}"}
app-nginx: proxy_set_header X-App-Key "{app}";
app-env: X_APP_KEY={app}
app-env-own: WASTACK_APP_KEY={app}
app-yaml: X-App-Key: {app}
app-postman: {"key": "X-App-Key", "value": "{app}", "type": "text"}
app-postman-value-first: {"value":"{app}","type":"text","key":"X-App-Key"}
app-postman-apikey: {"apikey":[{"key":"value","value":"{app}","type":"string"},{"key":"key",
      "value":"X-App-Key"}]}
app-postman-apikey-key-first: {"apikey":[{"key":"key","value":"X-App-Key"},{"key":"value",
      "value":"{app}"}]}
app-yaml-value-name: - value: {app}
      name: X_APP_KEY
app-yaml-tag: X-App-Key:
      - !ruby/string {app}
app-notebook-lines: "    'X-App-Key':\n",
    "        '{app}',\n",
app-har: {"name": "x-app-key", "value": "{app}"}
app-value-first: {"value": "{app}", "key": "X-App-Key"}
app-xml: <header name="X-App-Key" value="{app}"/>
app-jmx: <stringProp name="Header.name">X-App-Key</stringProp>
      <stringProp name="Header.value">{app}</stringProp>
app-http-file: GET https://api.wastack.in/api/v1/devices
    X-App-Key: {app}
app-raw: "X-App-Key: {app}\r\n"
app-vcr: X-App-Key:
      - {app}
app-beside-key: curl -H "Authorization: Bearer {key}" -H "X-App-Key: {app}"
app-before-key: {"X-App-Key": "{app}", "Authorization": "Bearer {key}"}
"""

KEYS = r"""
key-alone: {key}
key-quoted: "{key}"
key-env: WASTACK_API_KEY={key}
key-curl: curl -H 'Authorization: Bearer {key}'
key-bearer-less: Authorization: {key}
key-token: Authorization: Token {key}
key-swift: setValue("Bearer {key}", forHTTPHeaderField: "Authorization")
key-csharp: new AuthenticationHeaderValue("Bearer", "{key}")
key-query: https://example.org/?key={key}&x=1
key-path: https://example.org/{key}/devices
key-userinfo: https://{key}@example.org
key-percent-colon: Authorization%3A%20Bearer%20{key}
key-percent-equals: key%3D{key}
key-percent-twice: key%253D{key}
key-newline-escape: "started\n{key}"
key-return-escape: "started\r{key}"
key-tab-escape: "key:\t{key}"
key-nul-escape: "key\0{key}"
key-hex-escape: "key\x3d{key}"
key-unicode-escape: "key\u003d{key}"
key-octal-escape: "key\075{key}"
key-quoted-printable: key=3D{key}
key-color-octal: \033[32m{key}\033[0m
key-color-e: "\e[1;31m{key}\e[0m"
key-color-hex: "\x1b[0m{key}"
key-markdown: `{key}`
key-comment: # the old one was {key}, see above
key-parens: ({key})
key-tag: <key>{key}</key>
key-colon: api_key:{key}
key-comma: a,{key},b
key-full-stop: It is {key}.
key-dash-before: --key-{key}
key-plus: Bearer+{key}
key-two: {key} {key}
key-two-comma: {key},{key}
key-lines: {key}
    {key}
"""

NOTHING = r"""
python-f-string: headers = {"Authorization": f"Bearer {token_1234567890}"}
python-f-string-index: {"Authorization": f"Bearer {os.environ['TOKEN_1234567890']}"}
python-environ: headers = {"Authorization": os.environ["AUTHORIZATION_TOKEN_1234567890"]}
python-getenv: headers["Authorization"] = os.getenv("AUTHORIZATION_HEADER_1234567890")
python-plus: headers["Authorization"] = "Bearer " + token_1234567890abcdefgh
python-plus-env: {"Authorization": "Bearer " + os.environ["TOKEN_1234567890"]}
python-percent: {"Authorization": "Bearer %s" % token1234567890abcdef}
python-format: {"Authorization": "Bearer {}".format(token1234567890abcdef)}
python-format-named: {"Authorization": "Token {token1234567890}".format(**config)}
python-join: headers["Authorization"] = " ".join(["Bearer", token1234567890abcdef])
python-variable: headers = {"Authorization": authorization_header_v2_1234567890}
python-attribute: headers = {"Authorization": self.config.token1234567890abcdefgh}
python-call: headers = {"Authorization": build_authorization_header_v2_1234567890()}
python-call-argument: {"Authorization": sign(request, "section-1234567890abcdef")}
python-none: headers = {"Authorization": None}
python-empty: headers = {"Authorization": ""}
python-scheme-only: headers = {"Authorization": "Bearer "}
python-keyring: {"Authorization": keyring.get_password("service1234567890", "u")}
python-vault: auth = client.secrets.kv.read_secret(path="authorization/1234567890abcdefgh")
python-annotation: def call(authorization: str = Header(None, alias="Authorization2")) -> None:
python-default: authorization: Annotated[str | None, Header()] = None
python-compare: if request.headers["Authorization"] == expected_header_1234567890abc:
python-compare-literal: if headers["Authorization"] != "Bearer {token}":
python-assert: assert request.headers["Authorization"] == "Bearer {token}"
python-get: token = request.headers.get("Authorization", "").removeprefix("Bearer ")
python-in: if "Authorization" in headers and headers["X-Request-Id-1234567890"]:
python-del: del headers["Authorization"], headers["X-Very-Long-Header-1234567890"]
python-names: SENSITIVE = {"authorization", "proxy-authorization", "x-amz-security-token-v4"}
python-name-list: ["Authorization", "Content-Type", "X-Amz-Content-Sha256-v4-1234567890"]
python-redacted: headers = {"Authorization": "Bearer ***"}
python-redacted-word: {"Authorization": "[REDACTED]", "x": 1}
python-regex: re.compile(r"Authorization: Bearer [A-Za-z0-9._-]+1234567890")
python-regex-group: re.sub(r"(Authorization: Bearer )(\S+)", r"\1***", line1234567890)
python-doc: :param authorization: the Authorization: Bearer header, see section 6.2.1234567890
python-log: log.info("Authorization: %s", authorization1234567890abcdefgh)
js-template: headers: { Authorization: `Bearer ${process.env.TOKEN_1234567890}` }
js-template-call: headers: { Authorization: `Bearer ${getToken('x1234567890abcdefghij')}` }
js-template-index: Authorization: `Bearer ${tokens["primary1234567890abcdef"]}`,
js-concat: headers: { 'Authorization': 'Bearer ' + token1234567890abcdefgh }
js-concat-glued: headers: {Authorization:"Bearer "+token1234567890abcdefgh}
js-concat-encoded: xhr.setRequestHeader("Authorization", "Basic " + btoa(user1234567890 + ":" + pw))
js-env: headers: { Authorization: process.env.AUTHORIZATION_1234567890abcdefgh }
js-env-vite: headers: { Authorization: import.meta.env.VITE_AUTHORIZATION_1234567890 }
js-variable: headers: { Authorization: authorization1234567890abcdefgh }
js-call: xhr.setRequestHeader("Authorization", getAuthorization1234567890abc());
js-await: headers: { Authorization: await getAuthorizationHeader1234567890() }
js-ternary: Authorization: token1234567890 ? "Bearer " + token1234567890 : undefined
js-or: headers: { Authorization: req.headers.authorization || defaultHeader1234567890 }
js-local-storage: { Authorization: localStorage.getItem('token1234567890abcdefgh') }
js-delete: delete config.headers['Authorization'], config.headers['X-Trace-1234567890abcdef']
js-names: const allowed = ['authorization', 'content-type', 'x-goog-api-client-1234567890'];
js-cors: res.header('Access-Control-Allow-Headers', 'Authorization, X-Requested-With-1234567890');
js-strict-equal: if (req.headers.authorization === "Bearer {token}") next()
js-not-equal: if (req.headers.authorization !== 'Bearer {token}') return
js-loose-equal: if (headers['Authorization'] == "Bearer {token}") {}
js-starts-with: authorization.startsWith("Bearer ") && token1234567890abcdefgh
js-split: const token = req.headers.authorization.split(' ')[1]
js-jsdoc: /** @param {string} authorization - the header, version 1234567890abcdefghij */
js-regex: /^Authorization: Bearer ([a-z0-9]{32,})$/i
js-regex-literal: authorization: /^Bearer [A-Za-z0-9]{20,64}$/,
js-destructure: const { authorization: header1234567890abcdefghij } = req.headers
js-arrow: authorization: () => getHeader1234567890abcdefghijklm(),
js-generator: lines.push("  'Authorization': authn1234567890abcdef,\n");
js-generator-template: out += "Authorization: Bearer ${token1234567890}\\n"
js-plus-next-line: Authorization: "Bearer "
      + token1234567890abcdefgh,
ts-type: authorization: string | Authorization1234567890abcdefgh;
ts-interface: interface Headers { Authorization?: BearerToken1234567890abcdefgh }
ts-enum: Authorization = 'Authorization',
ts-union: type Name = 'Authorization' | 'X-Trace-Context-1234567890abcdef'
ts-generic: authorization: Observable<Authorization1234567890>;
ts-import: import { authorization as authorization1234567890abcdefgh } from "./x"
php-concat: 'Authorization' => 'Bearer ' . $token1234567890abcdefgh,
php-interpolation: "Authorization: Bearer $token1234567890abcdefgh"
php-interpolation-braces: "Authorization: Bearer {$this->token1234567890}"
php-env: 'Authorization' => env('AUTHORIZATION_TOKEN_1234567890abcdef'),
php-getenv: header('Authorization: Bearer ' . getenv('TOKEN_1234567890'));
php-config: Http::withHeader('Authorization', config('services.x1234567890abcdef.token'))
php-server: $token = $_SERVER['HTTP_AUTHORIZATION'] ?? $_SERVER['REDIRECT_HTTP_AUTHORIZATION_2'];
php-array-names: $names = array('Authorization', 'X-Custom-Header-1234567890abcdef');
php-sprintf: sprintf('Authorization: Bearer %s', $token1234567890abcdefgh)
ruby-interpolation: "Authorization" => "Bearer #{token1234567890abcdefgh}"
ruby-interpolation-env: { Authorization: "Bearer #{ENV['TOKEN_1234567890']}" }
ruby-env: request["Authorization"] = ENV.fetch("AUTHORIZATION_1234567890abcdef")
ruby-symbol: headers: { Authorization: options[:token1234567890abcdefgh] }
ruby-ivar: 'Authorization' => @authorization1234567890abcdefgh
ruby-credentials: Authorization: Rails.application.credentials.token1234567890
ruby-matcher: with(headers: hash_including("Authorization" => /Bearer [a-z0-9]{20}/))
ruby-encode: "Authorization" => "Basic #{Base64.strict_encode64("u1234567890:p")}"
go-concat: req.Header.Set("Authorization", "Bearer "+token1234567890abcdefgh)
go-sprintf: req.Header.Set("Authorization", fmt.Sprintf("Bearer %s", token1234567890))
go-getenv: req.Header.Set("Authorization", os.Getenv("AUTHORIZATION_1234567890abcdef"))
go-variable: req.Header.Set("Authorization", authorization1234567890abcdefgh)
go-case: case "Authorization", "X-Forwarded-Authorization-1234567890":
go-const: const headerAuthorization = "Authorization"
go-del: req.Header.Del("Authorization"); req.Header.Del("X-Trace-1234567890abcdef")
java-concat: .header("Authorization", "Bearer " + token1234567890abcdefgh)
java-getenv: .header("Authorization", System.getenv("AUTHORIZATION_1234567890abcdef"))
java-format: .header("Authorization", String.format("Bearer %s", token1234567890abc))
java-value: @Value("${authorization.token.1234567890}") String authorization;
java-annotation: @RequestHeader("Authorization") String authorization1234567890abcdefgh
java-constant: public static final String AUTHORIZATION = "Authorization";
java-assert: assertEquals("Bearer {token}", request.getHeader("Authorization"));
java-scheme: private static final String AUTHORIZATION_SCHEME = "Bearer";
kotlin-template: "Authorization" to "Bearer $token1234567890abcdefgh"
kotlin-template-braces: header("Authorization", "Bearer ${store.token1234567890}")
kotlin-build-config: header("Authorization", BuildConfig.AUTHORIZATION_1234567890abcdef)
scala-interpolation: "Authorization" -> s"Bearer $token1234567890abcdefgh"
groovy-template: headers: [Authorization: "Bearer ${TOKEN_1234567890}"]
csharp-interpolation: Headers.Add("Authorization", $"Bearer {token1234567890abcdefgh}");
csharp-value-variable: new AuthenticationHeaderValue("Bearer", token1234567890abcdefgh);
csharp-value-section: new AuthenticationHeaderValue("Bearer", Section["Token:1234567890"])
csharp-concat: Headers.Add("Authorization", "Bearer " + token1234567890abcdefgh);
csharp-attribute: [FromHeader(Name = "Authorization")] string authorization1234567890abc
csharp-challenge: new AuthenticationHeaderValue("Basic", "realm=example1234567890abcdef")
vb-concat: .setRequestHeader "Authorization", "Bearer " & token1234567890abcdefgh
rust-format: .header(AUTHORIZATION, format!("Bearer {token1234567890abcdef}"))
rust-format-argument: .header("Authorization", format!("Bearer {}", token1234567890abc))
rust-env: .header("Authorization", env!("AUTHORIZATION_TOKEN_1234567890"))
rust-variable: headers.insert(AUTHORIZATION, authorization1234567890abcdefgh);
rust-use: use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, X_TRACE_CONTEXT_1234567890};
swift-interpolation: setValue("Bearer \(token1234567890)", forHTTPHeaderField: "Authorization")
swift-variable: setValue(token1234567890abcdefgh, forHTTPHeaderField: "Authorization")
objc-format: [r setValue:[s format:@"Bearer %@", t] forHTTPHeaderField:@"Authorization"];
swift-other-line: setValue("application/json1234567890", forHTTPHeaderField: "Accept")
    setValue(token, forHTTPHeaderField: "Authorization")
objc-variable: [request setValue:token1234567890abc forHTTPHeaderField:@"Authorization"];
dart-interpolation: headers: {'Authorization': 'Bearer $token1234567890abcdefgh'},
dart-environment: {'Authorization': const String.fromEnvironment('AUTHORIZATION_1234567890')}
elixir-interpolation: [{"Authorization", "Bearer #{token1234567890abcdefgh}"}]
elixir-concat: {"Authorization", "Bearer " <> token1234567890abcdefgh}
elixir-env: {"Authorization", System.fetch_env!("AUTHORIZATION_1234567890abcdef")}
erlang-variable: [{"Authorization", Authorization1234567890abcdefgh}]
haskell-append: ("Authorization", "Bearer " <> token1234567890abcdefgh)
clojure-str: {"Authorization" (str "Bearer " token1234567890abcdefgh)}
perl-concat: Authorization => 'Bearer ' . $token1234567890abcdefgh
perl-interpolation: $req->header(Authorization => "Bearer $token1234567890abcdefgh");
perl-environment: Authorization => $ENV{'AUTHORIZATION_1234567890abcdef'},
r-paste: add_headers(Authorization = paste("Bearer", token1234567890abcdefgh))
r-environment: add_headers(Authorization = Sys.getenv("AUTHORIZATION_1234567890abc"))
lua-concat: ["Authorization"] = "Bearer " .. token1234567890abcdefgh
lua-concat-tail: 'Authorization: Basic ' .. auth .. '\r\nX-Request-Id: 1234567890abcdef'
lua-getenv: headers["Authorization"] = os.getenv("AUTHORIZATION_1234567890abcdef")
powershell-variable: $headers = @{ Authorization = "Bearer $token1234567890abcdefgh" }
powershell-environment: @{ Authorization = "Bearer $env:TOKEN_1234567890abcdefgh" }
powershell-expression: @{ Authorization = "Bearer $($config.Token1234567890abcdefgh)" }
powershell-secret: $headers.Authorization = Get-Secret -Name Token1234567890abcdefgh
c-snprintf: snprintf(buf, n, "Authorization: Bearer %s", token1234567890abcdefgh);
c-precision: printf("Authorization: Basic %.*s\r\n", n1234567890, token1234567890);
c-macro: "Authorization: Bearer " AUTHORIZATION_TOKEN_1234567890 "\r\n"
c-name: #define HEADER_AUTHORIZATION "Authorization"
cpp-string-plus: {"Authorization", "Bearer " + token1234567890abcdefgh}
sh-variable: curl -H "Authorization: Bearer $TOKEN_1234567890abcdefgh"
sh-variable-braces: curl -H "Authorization: Bearer ${TOKEN_1234567890abcdefgh}"
sh-variable-default: curl -H "Authorization: Bearer ${TOKEN_1234567890:-none}"
sh-variable-single: curl -H 'Authorization: Bearer $TOKEN_1234567890abcdefgh'
sh-command: curl -H "Authorization: Bearer $(pass show api/token1234567890abcdefgh)"
sh-command-cat: curl -H "Authorization: Bearer $(cat /run/secrets/token1234567890)"
sh-backticks: curl -H "Authorization: Bearer `cat token1234567890abcdefgh`"
sh-splice: curl -H 'Authorization: Bearer '$TOKEN_1234567890abcdefgh
sh-splice-quoted: curl -H 'Authorization: Bearer '"$TOKEN_1234567890abcdefgh"
sh-splice-command: curl -H "Authorization: Basic "$(echo -n "$U:$P1234567890" | base64)
sh-basic-user: curl -u "$USER_1234567890:$PASSWORD" -H "Authorization: Basic"
sh-grep: grep -i '^authorization: bearer' headers1234567890abcdefgh.txt
sh-sed: sed -E 's/(Authorization: Bearer ).*/\1***/' trace1234567890abcdef.log
sh-env-lookup: AUTHORIZATION=$(vault kv get -field=token1234567890 secret/api)
sh-env-variable: export AUTHORIZATION="Bearer ${API_TOKEN_1234567890abcdef}"
cmd-variable: curl -H "Authorization: Bearer %TOKEN_1234567890abcdefgh%"
make-variable: curl -H "Authorization: Bearer $(TOKEN_1234567890abcdefgh)"
make-escaped: curl -H "Authorization: Bearer $$TOKEN_1234567890abcdefgh"
github-secret: Authorization: Bearer ${{ secrets.TOKEN_1234567890abcdefgh }}
github-secret-quoted: authorization: "token ${{ github.token_1234567890abcdef }}"
gitlab-variable: curl --header "Authorization: Bearer ${CI_JOB_TOKEN_1234567890}"
azure-variable: Authorization: Bearer $(System.AccessToken.1234567890abcdef)
jinja: Authorization: Bearer {{ lookup('env', 'TOKEN_1234567890abcdefgh') }}
postman-variable: {"key": "Authorization", "value": "Bearer {{token_1234567890abcdefgh}}"}
postman-other-value: {"key": "Authorization", "value": "Bearer {{token}}"}, {"key": "id",
      "value": "{token}"}
postman-bearer-variable: {"type": "bearer", "bearer": [{"key": "token",
      "value": "{{token_1234567890}}", "type": "string"}]}
postman-bearer-word: {"type": "bearer", "bearer": [{"key": "token", "value": "YOUR_TOKEN",
      "type": "string"}]}
postman-bearer-type: {"token_type": "bearer", "id": "{token}"}
postman-bearer-id: {"bearer": [{"key": "id", "value": "{token}"}]}
postman-apikey-variable: {"apikey":[{"key":"value","value":"{{key_1234567890}}"},{"key":"key",
      "value":"Authorization"}]}
postman-apikey-other: {"apikey":[{"key":"in","value":"header1234567890"},{"key":"key",
      "value":"Authorization"}]}
openapi-next: {"name":"Authorization","schema":{"type":"string"}}, {"name": "id",
      "value": "{token}"}
cassette-filtered: Authorization:
      - "[FILTERED]"
cassette-name: Authorization:
      - <AUTHORIZATION>
cassette-bearer-name: authorization:
      - Bearer <BEARER_TOKEN_1234567890>
cassette-redacted: authorization:
      - REDACTED
cassette-bearer-redacted: Authorization:
      - Bearer REDACTED_TOKEN_1234567890
cassette-stars: authorization: ["***"]
cassette-bearer-stars: authorization: ['Bearer ***********************************']
cassette-json: "Authorization": ["<REDACTED>"]
cassette-app: X-App-Key:
      - <APP_KEY_1234567890>
cassette-app-filtered: X-App-Key:
      - FILTERED
postman-app-variable: {"value": "{{app_key_1234567890}}", "type": "text", "key": "X-App-Key"}
har-redacted: {"name": "authorization", "value": "[redacted 1234567890abcdef]"}
yaml-value-other: - value: Bearer {{ token_1234567890 }}
      name: Authorization
yaml-value-before: - value: {token}
    - name: Authorization
      valueFrom: x
postman-no-value: {"key": "Authorization", "value": "", "id": "1234567890abcdef1234567890abcdef"}
erb: Authorization: Bearer <%= ENV["TOKEN_1234567890abcdefgh"] %>
helm: Authorization: {{ .Values.authorization.token1234567890abcdefgh | quote }}
terraform-variable: Authorization = "Bearer ${var.token_1234567890abcdefgh}"
terraform-reference: Authorization = data.vault_generic_secret.api1234567890.data
kubernetes-secret: - name: AUTHORIZATION
      valueFrom:
        secretKeyRef: {name: api-1234567890abcdefgh, key: authorization}
compose-variable: - AUTHORIZATION=Bearer ${TOKEN_1234567890abcdefgh}
vault-agent: Authorization: Bearer {{ with secret "kv/api1234567890" }}{{ .Data.t }}{{ end }}
nginx-variable: proxy_set_header Authorization "Bearer $token_1234567890abcdefgh";
nginx-pass: proxy_set_header Authorization $http_authorization_1234567890abcdef;
nginx-cors: add_header Access-Control-Allow-Headers "Authorization,X-CustomHeader1234567890";
http-file-variable: Authorization: Bearer {{$dotenv TOKEN_1234567890abcdefgh}}
http-file-digest: Authorization: Digest
angle: Authorization: Bearer <your-token-1234567890abcdefgh>
angle-none: Authorization: <token1234567890abcdefghijkl>
brackets: Authorization: Bearer [token1234567890abcdefgh]
dots: Authorization: Bearer ...
ellipsis: Authorization: Bearer abc1234567890...
stars: Authorization: Bearer **********************************
xs: Authorization: Bearer xxxxxxxxxxxxxxxxxxxxxxxx1
your-token: Authorization: Bearer YOUR_API_TOKEN_1234567890
upper-words: Authorization: Bearer MY_SECRET_ACCESS_TOKEN_2
prose-scheme: The Authorization: Bearer scheme is described in RFC 6750.
prose-basic: Authorization: Basic authentication is used by the API since version 2.
prose-header: The authorization header, in version 1234567890abcdefghij, is sent with each request.
prose-colon: Authorization: see section-1234567890-abcdefgh for more about it.
prose-required: 401 Authorization Required (request 1234567890abcdef1234567890abcdef)
prose-token: With token authorization, the tokens1234567890abcdef are refreshed each hour.
prose-oauth: OAuth 2.0 authorization: code1234567890 is exchanged for a token.
prose-markdown-title: ## Authorization: Bearer tokens
prose-table: | `Authorization` | string | The header, `Bearer` and a token. |
openapi-scheme: {"type": "apiKey", "name": "Authorization", "in": "header", "id": "1234567890a"}
openapi-yaml: - name: Authorization
      in: header
      required: true
      schema: {type: string, format: uuid1234567890abcdef}
openapi-security: security: [{ Authorization: [] }]
openapi-url: authorizationUrl: https://example.org/oauth/authorize1234567890abcdef
oauth-grant: grant_type: authorization_code, code1234567890abcdefghijkl
oauth-endpoint: "authorization_endpoint": "https://example.org/authorize/1234567890abcdef"
rbac: apiVersion: rbac.authorization.k8s.io/v1beta1234567890
identifier: shouldApplyAuthorizationHeader1234567890: true
selector: .authorization__button1234567890abcdef { color: red }
boolean: authorization = true
number: authorization: 1234567890
path: authorization: /etc/keys/authorization/1234567890abcdef
url: authorization: https://example.org/1234567890abcdef/token
file: authorization: ./authorization1234567890abcdef.yaml
uuid-flow: "authorization_flow": "{token}"
import-path: import "example.org/authorization/v1234567890abcdefgh"
package: "authorization-handler-v2": "^1.2.3-beta1234567890abcdef",
object: "Authorization": {"a": "1234567890abcdefghijkl"}
array-of-names: authorization: ['headers1234567890abcdef', 'queryparams']
remove-header: {"name": "Authorization", "action": "remove1234567890abcdefgh"}
challenge: WWW-Authenticate: Bearer realm="example1234567890abcdefgh"
printf-label: echo "Authorization: " . $header1234567890abcdefgh
vary: Vary: Accept, Authorization, X-Session-Context-1234567890abcdef
vcr-filtered: Authorization:
      - "<AUTHORIZATION-1234567890abcdef>"
vcr-redacted: "Authorization":["[REDACTED1234567890abcdef]"]
spring-expression: authorization: "#{token1234567890abcdefgh}"
camel-property: Authorization: "{{env:TOKEN_1234567890abcdefgh}}"
app-names: ("authorization", "x-app-key", "AuthenticationHeaderValue")
app-variable: headers = {"X-App-Key": app_key_1234567890abcdef}
app-environment: "X-App-Key" => env("APP_KEY_1234567890abcdef"),
app-shell: curl -H "X-App-Key: $APP_KEY_1234567890abcdef"
app-cors: Access-Control-Allow-Headers: X-App-Key, X-Trace-Context-1234567890abcdef
app-other: DROPBOX_APP_KEY={app}
app-concat: req.Header.Set("X-App-Key", "prefix1234567890"+appKey)
app-get: key = request.headers.get("X-App-Key", "")
log-message: throw new Error("Authorization: token1234567890abcdef".replace(token, ""))
"""

_TAKEN = "two shapes of one name: {}"


def rows(table: str) -> dict[str, str]:
    """Read a table of shapes."""
    read: dict[str, str] = {}
    name = ""
    for line in table.strip("\n").splitlines():
        if line.startswith("    "):
            read[name] += "\n" + line[4:]
            continue
        name, _, text = line.partition(": ")
        assert name not in read, _TAKEN.format(name)
        read[name] = text
    return read
