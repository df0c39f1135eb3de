// Stands in for undici's HTTP/2 client, which loads node:http2: the driver's connector offers servers HTTP/1.1 only.
module.exports = () => {
  throw new Error('HTTP/2 is not supported');
};
