/*
 * An OPC UA client on open62541: connects encrypted, reads nodes, prints one JSON object per line.
 * Used by interop.test.ts to read the simulator with a stack that shares no code with it.
 *
 *   read-nodes <url> <application uri> <own cert> <own key> <server cert> <policy> <user> <namespace uri> <node>...
 *
 * The password is in HELIX_INTEROP_PASSWORD. Exit code 0 when every node was read, 1 when the server
 * could not be reached, 2 for a wrong call.
 */
#include <open62541/client.h>
#include <open62541/client_config_default.h>
#include <open62541/client_highlevel.h>
#include <stdio.h>
#include <stdlib.h>

static UA_ByteString load(const char *path) {
  UA_ByteString content = UA_BYTESTRING_NULL;
  FILE *file = fopen(path, "rb");
  if (!file) return content;
  if (fseek(file, 0, SEEK_END) == 0) {
    long size = ftell(file);
    rewind(file);
    if (size > 0 && UA_ByteString_allocBuffer(&content, (size_t)size) == UA_STATUSCODE_GOOD &&
        fread(content.data, 1, content.length, file) != content.length)
      UA_ByteString_clear(&content);
  }
  fclose(file);
  return content;
}

static void print_value(const UA_Variant *value) {
  if (UA_Variant_hasScalarType(value, &UA_TYPES[UA_TYPES_DOUBLE]))
    printf("%.17g", *(UA_Double *)value->data);
  else if (UA_Variant_hasScalarType(value, &UA_TYPES[UA_TYPES_UINT32]))
    printf("%u", *(UA_UInt32 *)value->data);
  else if (UA_Variant_hasScalarType(value, &UA_TYPES[UA_TYPES_STRING]))
    /* The unit's texts need no escapes. */
    printf("\"%.*s\"", (int)((UA_String *)value->data)->length, (char *)((UA_String *)value->data)->data);
  else
    printf("null");
}

static void print_node(UA_Client *client, UA_UInt16 namespace_index, char *name) {
  UA_ReadValueId item;
  UA_ReadValueId_init(&item);
  item.nodeId = UA_NODEID_STRING(namespace_index, name);
  item.attributeId = UA_ATTRIBUTEID_VALUE;
  UA_ReadRequest request;
  UA_ReadRequest_init(&request);
  request.timestampsToReturn = UA_TIMESTAMPSTORETURN_BOTH;
  request.nodesToRead = &item;
  request.nodesToReadSize = 1;
  UA_ReadResponse response = UA_Client_Service_read(client, request);
  UA_StatusCode status = response.responseHeader.serviceResult;
  printf("{\"node\":\"%s\"", name);
  if (status == UA_STATUSCODE_GOOD && response.resultsSize == 1) {
    const UA_DataValue *result = &response.results[0];
    if (result->hasStatus) status = result->status;
    if (result->hasValue) {
      printf(",\"value\":");
      print_value(&result->value);
    }
    if (result->hasSourceTimestamp) {
      UA_Int64 unix_ms = (result->sourceTimestamp - UA_DATETIME_UNIX_EPOCH) / UA_DATETIME_MSEC;
      printf(",\"sourceTimestampMs\":%lld", (long long)unix_ms);
    }
  }
  printf(",\"status\":\"%s\"}\n", UA_StatusCode_name(status));
  UA_ReadResponse_clear(&response);
}

int main(int count, char **arguments) {
  const char *password = getenv("HELIX_INTEROP_PASSWORD");
  if (count < 10 || !password) return 2;
  UA_ByteString certificate = load(arguments[3]);
  UA_ByteString key = load(arguments[4]);
  UA_ByteString server_certificate = load(arguments[5]);
  UA_Client *client = UA_Client_new();
  UA_ClientConfig *config = UA_Client_getConfig(client);
  /* Warnings and errors go to standard output by default, among the JSON. */
  config->logging->context = (void *)(uintptr_t)UA_LOGLEVEL_FATAL;
  UA_StatusCode status =
      UA_ClientConfig_setDefaultEncryption(config, certificate, key, &server_certificate, 1, NULL, 0);
  if (status == UA_STATUSCODE_GOOD) {
    config->securityMode = UA_MESSAGESECURITYMODE_SIGNANDENCRYPT;
    config->securityPolicyUri = UA_STRING_ALLOC(arguments[6]);
    UA_String_clear(&config->clientDescription.applicationUri);
    config->clientDescription.applicationUri = UA_STRING_ALLOC(arguments[2]);
    status = UA_Client_connectUsername(client, arguments[1], arguments[7], password);
  }
  UA_UInt16 namespace_index = 0;
  if (status == UA_STATUSCODE_GOOD) {
    UA_String uri = UA_STRING(arguments[8]);
    status = UA_Client_NamespaceGetIndex(client, &uri, &namespace_index);
  }
  if (status == UA_STATUSCODE_GOOD)
    for (int i = 9; i < count; i++) print_node(client, namespace_index, arguments[i]);
  else
    fprintf(stderr, "%s: %s\n", arguments[1], UA_StatusCode_name(status));
  UA_Client_disconnect(client);
  UA_Client_delete(client);
  UA_ByteString_clear(&certificate);
  UA_ByteString_clear(&key);
  UA_ByteString_clear(&server_certificate);
  return status == UA_STATUSCODE_GOOD ? 0 : 1;
}
