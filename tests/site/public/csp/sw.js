importScripts('../plain/sw.js');
