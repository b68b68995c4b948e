// kubernetes_schema.js NODE_MODULES <OBJECTS
// Looks at Kubernetes objects (a JSON array) by the schemas of Kubernetes' own API, as the package
// kubernetes-models brings them: types, required fields, and fields that the API does not have.
// Writes what it has against them, as a JSON array.
'use strict';
const fs = require('fs');
const path = require('path');

const [, , modules] = process.argv;

// apps/v1 and Deployment: IoK8sApiAppsV1Deployment.
function schemaOf({apiVersion, kind}) {
  const [version, group = 'core'] = apiVersion.split('/').reverse();
  const words = [group.split('.')[0], version].map(one => one[0].toUpperCase() + one.slice(1));
  const name = ['IoK8sApi', ...words, kind].join('');
  return require(path.join(modules, 'kubernetes-models', '_schemas', name)).validate;
}

// The validators are compiled, and let fields pass that they do not know. So `value` is shown to
// them through a proxy: what they never ask for, the API does not have.
function watched(value, at, unread) {
  if (value === null || typeof value !== 'object') return value;
  const fields = Array.isArray(value) ? [] : Object.keys(value);
  fields.forEach(field => unread.add(`${at}/${field}`));
  const shown = new Map();
  return new Proxy(value, {
    get(target, field) {
      const place = `${at}/${String(field)}`;
      unread.delete(place);
      if (!shown.has(field)) shown.set(field, watched(target[field], place, unread));
      return shown.get(field);
    },
  });
}

function objections(object) {
  const validate = schemaOf(object);
  const unread = new Set();
  const at = `${object.kind} ${object.metadata.name}`;
  const valid = validate(watched(object, at, unread));
  const errors = valid ? [] : validate.errors;
  return [...errors.map(({instancePath, keyword, params}) =>
            `${at}${instancePath}: ${keyword} ${JSON.stringify(params)}`),
          ...[...unread].map(place => `${place} is not in the API`)];
}

const objects = JSON.parse(fs.readFileSync(0, 'utf8'));
console.log(JSON.stringify(objects.flatMap(objections)));
