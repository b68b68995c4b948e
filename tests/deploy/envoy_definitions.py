"""Envoy's own definitions of its configuration: the protos that @grpc/grpc-js-xds brings, with the
rules in them (protoc-gen-validate) by which Envoy refuses what it understands but will not run."""
import operator
import pathlib

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

from node_packages import node_packages
from programs import BUILD, program, run

INCLUDED = ("envoy-api", "xds", "googleapis")
RULES = "validate/validate.proto"
# The rules that are packed are older than the protos that use them, by one field.
STRING_RULES = "message StringRules {"
IGNORE_EMPTY = "\n    optional bool ignore_empty = 26;"
# What the configuration uses: a type that is not in here is not found.
FILES = ("config/bootstrap/v3/bootstrap",
         "extensions/access_loggers/stream/v3/stream",
         "extensions/filters/http/cors/v3/cors",
         "extensions/filters/http/grpc_json_transcoder/v3/transcoder",
         "extensions/filters/http/grpc_web/v3/grpc_web",
         "extensions/filters/http/router/v3/router",
         "extensions/filters/network/http_connection_manager/v3/http_connection_manager",
         "extensions/transport_sockets/tls/v3/tls",
         "extensions/upstreams/http/v3/http_protocol_options")
ANY = "google.protobuf.Any"
BOUNDS = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


def read_protos():
    """The definitions as a FileDescriptorSet."""
    protos = node_packages(pathlib.Path(__file__).parent) / "@grpc" / "grpc-js-xds" / "deps"
    rules = BUILD / "envoy" / RULES
    rules.parent.mkdir(parents=True, exist_ok=True)
    text = (protos / "protoc-gen-validate" / RULES).read_text()
    rules.write_text(text.replace(STRING_RULES, STRING_RULES + IGNORE_EMPTY))
    output = BUILD / "envoy" / "definitions.binpb"
    run(program("protoc"), f"-I{BUILD / 'envoy'}",
        *(f"-I{protos / name}" for name in INCLUDED), "--include_imports",
        f"--descriptor_set_out={output}", *(f"envoy/{name}.proto" for name in FILES))
    return descriptor_pb2.FileDescriptorSet.FromString(output.read_bytes())


class Definitions:
    def __init__(self):
        self.pool = descriptor_pool.DescriptorPool()
        for file in read_protos().file:
            self.pool.AddSerializedFile(file.SerializeToString())
        self.factory = message_factory.MessageFactory(self.pool)
        self.rules_of = self.extension("FieldOptions", "validate.rules")
        self.is_needed = self.extension("OneofOptions", "validate.required")

    def message(self, name):
        return self.factory.GetPrototype(self.pool.FindMessageTypeByName(name))

    def extension(self, options, name):
        """A function that reads an option of a field or a oneof."""
        found = self.pool.FindExtensionByName(name)
        if found.message_type:
            self.factory.GetPrototype(found.message_type)
        known = self.message(f"google.protobuf.{options}")
        return lambda one: known.FromString(
            one.GetOptions().SerializeToString()).Extensions[found]

    def objections(self, name, config):
        """What Envoy has against `config` as a message of that name. A field or type that it does
        not know is a ParseError."""
        message = self.message(name)()
        json_format.ParseDict(config, message, descriptor_pool=self.pool)
        return list(self.broken(message, name.split(".")[-1]))

    def broken(self, message, path):
        if message.DESCRIPTOR.full_name == ANY:
            packed = self.message(message.TypeName())()
            message.Unpack(packed)
            message = packed
        for oneof in message.DESCRIPTOR.oneofs:
            if self.is_needed(oneof) and message.WhichOneof(oneof.name) is None:
                yield f"{path}: one of {[field.name for field in oneof.fields]} is required"
        for field in message.DESCRIPTOR.fields:
            yield from self.broken_field(message, field, f"{path}.{field.name}")

    def broken_field(self, message, field, path):
        rules = self.rules_of(field)
        value = getattr(message, field.name)
        if field.label == field.LABEL_REPEATED:
            if len(value) < rules.repeated.min_items:
                yield f"{path}: at least {rules.repeated.min_items} are required"
            is_map = field.message_type and field.message_type.GetOptions().map_entry
            for one in value.values() if is_map else value:
                each = rules.map.values if is_map else rules.repeated.items
                yield from self.broken_value(one, each, path)
        elif not field.has_presence or message.HasField(field.name):
            yield from self.broken_value(value, rules, path)
        elif not field.containing_oneof and (
                rules.message.required or rules.any.required or rules.duration.required):
            yield f"{path}: is required"

    def broken_value(self, value, rules, path):
        kind = rules.WhichOneof("type")
        of_kind = getattr(rules, kind) if kind else None
        if kind == "duration":
            yield from outside(value.ToNanoseconds(), of_kind, path,
                               lambda bound: bound.ToNanoseconds())
        elif kind == "string" and len(value) < of_kind.min_len:
            yield f"{path}: is required"
        elif kind and "int" in kind or kind in ("float", "double"):
            yield from outside(getattr(value, "value", value), of_kind, path, lambda bound: bound)
        if hasattr(value, "DESCRIPTOR"):
            yield from self.broken(value, path)


def outside(value, rules, path, number_of):
    for name, holds in BOUNDS.items():
        if rules.HasField(name) and not holds(value, number_of(getattr(rules, name))):
            yield f"{path}: {value} is not {name} {number_of(getattr(rules, name))}"
