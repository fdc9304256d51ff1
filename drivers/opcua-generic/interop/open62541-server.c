/*
 * An OPC UA server on open62541, an independent stack, to test the driver against: SignAndEncrypt
 * only, one user, one trusted client, a value that moves ten times a second by its own clock.
 *
 *   open62541-server <port> <own certificate> <own key> <trusted client certificate>   (all DER)
 *
 * Built by tools/peers/open62541.sh. API: open62541 1.4. Prints "ready" once it listens.
 */
#include <math.h>
#include <open62541/plugin/accesscontrol_default.h>
#include <open62541/plugin/log_stdout.h>
#include <open62541/server.h>
#include <open62541/server_config_default.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define APPLICATION_URI "urn:helix:test:open62541"
#define TICK_MS 100
#define NS0(name) UA_NODEID_NUMERIC(0, UA_NS0ID_##name)

static volatile UA_Boolean running = true;

static void stop(int signal) {
    (void)signal;
    running = false;
}

static void fail(const char *what) {
    fprintf(stderr, "open62541-server: %s\n", what);
    exit(1);
}

static UA_ByteString readFile(const char *path) {
    UA_ByteString bytes = UA_BYTESTRING_NULL;
    FILE *file = fopen(path, "rb");
    if(!file || fseek(file, 0, SEEK_END) != 0) fail(path);
    long size = ftell(file);
    rewind(file);
    if(size <= 0 || UA_ByteString_allocBuffer(&bytes, (size_t)size) != UA_STATUSCODE_GOOD) fail(path);
    if(fread(bytes.data, 1, bytes.length, file) != bytes.length) fail(path);
    fclose(file);
    return bytes;
}

static void addVariable(UA_Server *server, char *name, double value, UA_Byte access) {
    UA_VariableAttributes attributes = UA_VariableAttributes_default;
    UA_Variant_setScalar(&attributes.value, &value, &UA_TYPES[UA_TYPES_DOUBLE]);
    attributes.dataType = UA_TYPES[UA_TYPES_DOUBLE].typeId;
    attributes.displayName = UA_LOCALIZEDTEXT("en", name);
    attributes.accessLevel = access;
    UA_StatusCode status = UA_Server_addVariableNode(
        server, UA_NODEID_STRING(1, name), NS0(OBJECTSFOLDER), NS0(ORGANIZES),
        UA_QUALIFIEDNAME(1, name), NS0(BASEDATAVARIABLETYPE), attributes, NULL, NULL);
    if(status != UA_STATUSCODE_GOOD) fail(UA_StatusCode_name(status));
}

/* The next sample, with the time at which it was taken. */
static void measure(UA_Server *server, void *data) {
    (void)data;
    static double phase = 0;
    phase += 0.1;
    double ph = 7.0 + 0.3 * sin(phase);
    UA_DataValue sample;
    UA_DataValue_init(&sample);
    UA_Variant_setScalar(&sample.value, &ph, &UA_TYPES[UA_TYPES_DOUBLE]);
    sample.hasValue = true;
    sample.sourceTimestamp = UA_DateTime_now();
    sample.hasSourceTimestamp = true;
    UA_Server_writeDataValue(server, UA_NODEID_STRING(1, "pH.PV"), sample);
}

/* Leaves only the endpoints that sign and encrypt. */
static void keepEncryptedEndpoints(UA_ServerConfig *config) {
    size_t kept = 0;
    for(size_t i = 0; i < config->endpointsSize; i++) {
        if(config->endpoints[i].securityMode == UA_MESSAGESECURITYMODE_SIGNANDENCRYPT)
            config->endpoints[kept++] = config->endpoints[i];
        else
            UA_EndpointDescription_clear(&config->endpoints[i]);
    }
    config->endpointsSize = kept;
}

static void configure(UA_ServerConfig *config, char **arguments) {
    UA_ByteString certificate = readFile(arguments[2]);
    UA_ByteString key = readFile(arguments[3]);
    UA_ByteString client = readFile(arguments[4]);
    config->logging = UA_Log_Stdout_new(UA_LOGLEVEL_WARNING);
    UA_StatusCode status = UA_ServerConfig_setDefaultWithSecurityPolicies(
        config, (UA_UInt16)atoi(arguments[1]), &certificate, &key, &client, 1, NULL, 0, NULL, 0);
    if(status != UA_STATUSCODE_GOOD) fail(UA_StatusCode_name(status));
    keepEncryptedEndpoints(config);
    UA_String_clear(&config->applicationDescription.applicationUri);
    config->applicationDescription.applicationUri = UA_STRING_ALLOC(APPLICATION_URI);
    for(size_t i = 0; i < config->endpointsSize; i++) {
        UA_String_clear(&config->endpoints[i].server.applicationUri);
        config->endpoints[i].server.applicationUri = UA_STRING_ALLOC(APPLICATION_URI);
    }
    UA_UsernamePasswordLogin login = {UA_STRING_STATIC("operator"), UA_STRING_STATIC("let-me-in")};
    UA_AccessControl_default(config, false, NULL, 1, &login);
    char url[64];
    snprintf(url, sizeof url, "opc.tcp://127.0.0.1:%s", arguments[1]);
    UA_Array_delete(config->serverUrls, config->serverUrlsSize, &UA_TYPES[UA_TYPES_STRING]);
    config->serverUrls = UA_Array_new(1, &UA_TYPES[UA_TYPES_STRING]);
    config->serverUrls[0] = UA_STRING_ALLOC(url);
    config->serverUrlsSize = 1;
    UA_ByteString_clear(&certificate);
    UA_ByteString_clear(&key);
    UA_ByteString_clear(&client);
}

int main(int count, char **arguments) {
    if(count != 5) fail("usage: open62541-server <port> <certificate> <key> <trusted client>");
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    UA_ServerConfig config = {0};
    configure(&config, arguments);
    UA_Server *server = UA_Server_newWithConfig(&config);
    if(!server) fail("no server");
    addVariable(server, "pH.PV", 7.0, UA_ACCESSLEVELMASK_READ);
    addVariable(server, "pH.SP", 7.0, UA_ACCESSLEVELMASK_READ | UA_ACCESSLEVELMASK_WRITE);
    addVariable(server, "Locked.SP", 1.0, UA_ACCESSLEVELMASK_READ);
    measure(server, NULL);
    UA_Server_addRepeatedCallback(server, measure, NULL, TICK_MS, NULL);
    if(UA_Server_run_startup(server) != UA_STATUSCODE_GOOD) fail("cannot listen");
    printf("ready\n");
    fflush(stdout);
    while(running) UA_Server_run_iterate(server, true);
    UA_Server_run_shutdown(server);
    UA_Server_delete(server);
    return 0;
}
